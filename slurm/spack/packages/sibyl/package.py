"""Sibyl for Spack: spack repo add slurm/spack; spack dev-build sibyl@main"""

from spack.package import *


class Sibyl(CMakePackage):
    """Tunes LibTorch models on a cluster: an oracle and workers over MPI, a journal and one HDF5 file."""

    license("MIT")

    # Built from a checkout, with `spack dev-build` or `spack develop`.
    version("main")

    variant("torch", default=True, description="Jobs that train with LibTorch")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.22:", type="build")
    depends_on("ninja", type="build")
    depends_on("cxxopts@3:", type="build")
    depends_on("nlohmann-json@3.11:", type="build")
    depends_on("catch2@2.13:", type="test")
    depends_on("mpi")
    depends_on("openmpi@4.1:", when="^openmpi")
    depends_on("hdf5@1.8:~mpi")
    depends_on("zlib-api")
    depends_on("py-torch@1.13:", when="+torch")

    conflicts("%gcc@:11", msg="Sibyl is written in C++20 that GCC understands from version 12 on")

    generator("ninja")

    def cmake_args(self):
        # With +torch, find_package(Torch) finds py-torch, which tells Spack where its CMake package is.
        return [
            self.define("BUILD_TESTING", self.run_tests),
            self.define("CMAKE_DISABLE_FIND_PACKAGE_Torch", self.spec.satisfies("~torch")),
        ]

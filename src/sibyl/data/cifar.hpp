#pragma once

#include <vector>

#include "sibyl/data.hpp"

namespace sibyl {

/// CIFAR-10 (Krizhevsky 2009): 60,000 photographs in ten classes. x is (samples, 3, 32, 32) of floats in [0,
/// 1]: red, green, blue; y (samples) of classes. Of the 50,000 for training, a tenth that the seed picks is
/// for validation; the 10,000 of the test set are as published.
///
/// The files of its binary version (data_batch_1.bin ... data_batch_5.bin, test_batch.bin) are looked for in
/// `options.directory` or its cifar-10-batches-bin; when that is empty, in $SIBYL_DATA/cifar-10-batches-bin.
/// Other *.bin files of the same records do as well: what begins with "test" is for testing, all else for
/// training. Throws Error when there are none or one is damaged.
Data cifar10(const DataOptions& options);

/// The same with its 100 classes, in cifar-100-binary: train.bin and test.bin. y are the fine labels (0 to
/// 99), or the coarse ones (0 to 19).
enum class CifarLabels { fine, coarse };
Data cifar100(const DataOptions& options, CifarLabels labels = CifarLabels::fine);

/// What a record of the binary version is: the labels, a byte each, then a plane each of red, green and blue.
struct CifarRecord {
  std::vector<int> classes;  ///< how many, of each label
  int label;                 ///< the place of the one that is y
};

/// All records of one file after the other; plain or gzipped. Throws Error with the file and the record.
Split read_cifar(const std::vector<std::filesystem::path>& files, const CifarRecord& record);

}  // namespace sibyl

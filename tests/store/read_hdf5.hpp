#pragma once

#include <hdf5.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

// Reads a results file with nothing but HDF5: what our writer's own code says about it does not count.
namespace sibyl::test {

class ResultsFile {
 public:
  explicit ResultsFile(const std::filesystem::path& path)
      : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    if (file_ < 0) throw std::runtime_error("HDF5 does not open " + path.string());
  }
  ~ResultsFile() { H5Fclose(file_); }
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  std::vector<std::string> columns(const std::string& table) const {
    const hid_t dataset = open(table), type = H5Dget_type(dataset);
    std::vector<std::string> names;
    for (int i = 0; i < H5Tget_nmembers(type); ++i) {
      char* name = H5Tget_member_name(type, static_cast<unsigned>(i));
      names.emplace_back(name);
      H5free_memory(name);
    }
    H5Tclose(type);
    H5Dclose(dataset);
    return names;
  }
  std::vector<double> reals(const std::string& table, const std::string& column) const {
    return cells<double>(table, column, H5T_FLOAT, H5T_NATIVE_DOUBLE);
  }
  std::vector<long> integers(const std::string& table, const std::string& column) const {
    return cells<long>(table, column, H5T_INTEGER, H5T_NATIVE_LONG);
  }
  std::vector<std::string> texts(const std::string& table, const std::string& column) const {
    constexpr std::size_t size = 1024;
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_cset(type, H5T_CSET_UTF8);
    struct Text {
      char characters[size];
    };
    std::vector<std::string> texts;
    for (const Text& text : cells<Text>(table, column, H5T_STRING, type)) texts.emplace_back(text.characters);
    H5Tclose(type);
    return texts;
  }
  std::string text_attribute(const std::string& name) const {
    const hid_t attribute = H5Aopen(file_, name.c_str(), H5P_DEFAULT), type = H5Aget_type(attribute);
    char* text = nullptr;
    H5Aread(attribute, type, &text);
    const std::string copy = text;
    H5free_memory(text);
    H5Tclose(type);
    H5Aclose(attribute);
    return copy;
  }
  template <class T = double>
  T number_attribute(const std::string& name, hid_t type = H5T_NATIVE_DOUBLE,
                     const std::string& object = "/") const {
    const hid_t attribute = H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    T value{};
    if (attribute < 0 || H5Aread(attribute, type, &value) < 0)
      throw std::runtime_error("no attribute " + name);
    H5Aclose(attribute);
    return value;
  }

 private:
  hid_t open(const std::string& table) const {
    const hid_t dataset = H5Dopen2(file_, table.c_str(), H5P_DEFAULT);
    if (dataset < 0) throw std::runtime_error("no table " + table);
    return dataset;
  }
  template <class Cell>
  std::vector<Cell> cells(const std::string& table, const std::string& column, H5T_class_t kind,
                          hid_t cell) const {
    const hid_t dataset = open(table), type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    const int place = H5Tget_member_index(type, column.c_str());
    if (place < 0) throw std::runtime_error("no column " + column);
    if (H5Tget_member_class(type, static_cast<unsigned>(place)) != kind)
      throw std::runtime_error("column " + column + " has another type");
    std::vector<Cell> cells(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    const hid_t row = H5Tcreate(H5T_COMPOUND, sizeof(Cell));
    H5Tinsert(row, column.c_str(), 0, cell);
    if (H5Dread(dataset, row, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells.data()) < 0)
      throw std::runtime_error("column " + column + " can't be read");
    H5Tclose(row);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return cells;
  }

  hid_t file_;
};

}  // namespace sibyl::test

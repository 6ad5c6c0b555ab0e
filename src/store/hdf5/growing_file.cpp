#include "store/hdf5/growing_file.hpp"

#include <algorithm>
#include <stdexcept>

#include "sibyl/error.hpp"
#include "store/hdf5/chunk_index.hpp"

namespace sibyl::hdf5 {

std::size_t row_size(const std::vector<Column>& columns) {
  std::size_t size = 0;
  for (const Column& column : columns) size += column.size;
  return size;
}

std::uint64_t rows_of_a_chunk(std::uint64_t rows, std::size_t row_size) {
  constexpr std::size_t largest_chunk = 32 << 10;
  const std::uint64_t most = std::max<std::uint64_t>(1, largest_chunk / row_size);
  std::uint64_t count = 1;
  while (count < rows && count < most) count *= 2;
  return std::min(count, most);
}

/// What is written behind the end, in few large writes.
class GrowingFile::Appended {
 public:
  Appended(File& file, Address end) : file_(file), end_(end) {}
  Address append(const Bytes& bytes) {
    const Address address = end_;
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    end_ += bytes.size();
    constexpr std::size_t most = 1 << 20;
    if (waiting_.size() >= most) flush();
    return address;
  }
  void flush() {
    file_.write_at(end_ - waiting_.size(), waiting_);
    waiting_.clear();
  }
  Address end() const { return end_; }

 private:
  File& file_;
  Address end_;
  Bytes waiting_;
};

void GrowingFile::write_chunks(const TableUpdate& table, Chunks& here, std::uint64_t version,
                               const Chunks* newest, const File* source, Appended& out) {
  if (here.layout != table.layout) here = {table.layout, {}};
  here.all.resize(table.chunk_count());
  for (const auto& [place, chunk] : table.changed) here.all[place] = {out.append(*chunk), version};
  Bytes copied(table.chunk_rows * row_size(table.columns));
  for (std::size_t i = 0; i < here.all.size(); ++i) {
    if (here.all[i].version == version) continue;
    if (!newest || newest->layout != table.layout || newest->all.size() <= i)
      throw std::logic_error("an update of the table " + table.name + " lacks a chunk");
    const Chunk& there = newest->all[i];
    if (here.all[i].version == there.version) continue;
    if (source->read_at(there.address, copied) < copied.size())
      throw Error("The results file " + source->path().string() + " was cut while the sweep ran.");
    here.all[i] = {out.append(copied), there.version};
  }
}

void GrowingFile::write(const Update& update, std::uint64_t version, const GrowingFile* newest) {
  Appended out(file_, end_);
  tables_.resize(update.tables.size());
  in_use_ = 0;
  TextHeap heap;
  heap.add(update.attributes);
  for (std::size_t i = 0; i < update.tables.size(); ++i) {
    const TableUpdate& table = update.tables[i];
    write_chunks(table, tables_[i], version, newest ? &newest->tables_[i] : nullptr,
                 newest ? &newest->file_ : nullptr, out);
    in_use_ += table.chunk_count() * table.chunk_rows * row_size(table.columns);
    heap.add(table.attributes);
  }
  const Address description = out.end();
  out.append(heap.place(out.end()));
  std::vector<std::pair<std::string, Address>> links;
  for (std::size_t i = 0; i < update.tables.size(); ++i) {
    const TableUpdate& table = update.tables[i];
    std::vector<Address> chunks;
    for (const Chunk& each : tables_[i].all) chunks.push_back(each.address);
    const ChunkIndex index = chunk_index(chunks, table.chunk_rows, row_size(table.columns), out.end());
    out.append(index.nodes);
    links.emplace_back(table.name, out.append(table_header(table, index.root, heap)));
  }
  const Address root = out.append(root_header(links, update.attributes, heap));
  out.flush();
  end_ = out.end();
  in_use_ += end_ - description;
  file_.write_at(0, superblock(end_, root));
  file_.sync();
}

}  // namespace sibyl::hdf5

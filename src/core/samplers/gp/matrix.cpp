#include "core/samplers/gp/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/samplers/gp/elementary.hpp"

namespace sibyl::gp {

namespace {

constexpr std::size_t block = 32;         ///< rows of a matrix that are worked at together
constexpr std::size_t depth_block = 128;  ///< products that are subtracted before the next numbers are loaded
constexpr double smallest_pivot = 1e-10;  ///< what rounding may have made less

using Pair = double __attribute__((vector_size(16)));

Pair load(const double* from) {
  Pair pair;
  std::memcpy(&pair, from, sizeof pair);
  return pair;
}

void store(double* to, Pair pair) {
  std::memcpy(to, &pair, sizeof pair);
}

/// c[i][j] -= a[p][i] b[p][j] for four i, four j, and every p in turn.
void subtract_tile(double* c, std::size_t c_stride, const double* a, std::size_t a_stride, const double* b,
                   std::size_t b_stride, std::size_t depth) {
  Pair left[4], right[4];
  for (int i = 0; i < 4; ++i) {
    left[i] = load(c + i * c_stride);
    right[i] = load(c + i * c_stride + 2);
  }
  for (std::size_t p = 0; p < depth; ++p, a += a_stride, b += b_stride) {
    const Pair b_left = load(b);
    const Pair b_right = load(b + 2);
    for (int i = 0; i < 4; ++i) {
      const Pair each = {a[i], a[i]};
      left[i] -= each * b_left;
      right[i] -= each * b_right;
    }
  }
  for (int i = 0; i < 4; ++i) {
    store(c + i * c_stride, left[i]);
    store(c + i * c_stride + 2, right[i]);
  }
}

void subtract_rest(double* c, std::size_t c_stride, std::size_t rows, std::size_t columns, const double* a,
                   std::size_t a_stride, const double* b, std::size_t b_stride, std::size_t depth) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t p = 0; p < depth; ++p) {
      const double each = a[p * a_stride + i];
      for (std::size_t j = 0; j < columns; ++j) c[i * c_stride + j] -= each * b[p * b_stride + j];
    }
}

/// c[i][j] -= a[p][i] b[p][j]; for each i and j one p after another, the first first.
void subtract_products(double* c, std::size_t c_stride, std::size_t rows, std::size_t columns,
                       const double* a, std::size_t a_stride, const double* b, std::size_t b_stride,
                       std::size_t depth) {
  for (std::size_t p = 0; p < depth; p += depth_block) {
    const std::size_t now = std::min(depth_block, depth - p);
    const double* a_here = a + p * a_stride;
    const double* b_here = b + p * b_stride;
    std::size_t j = 0;
    for (; j + 4 <= columns; j += 4) {
      std::size_t i = 0;
      for (; i + 4 <= rows; i += 4)
        subtract_tile(c + i * c_stride + j, c_stride, a_here + i, a_stride, b_here + j, b_stride, now);
      subtract_rest(c + i * c_stride + j, c_stride, rows - i, 4, a_here + i, a_stride, b_here + j, b_stride,
                    now);
    }
    subtract_rest(c + j, c_stride, rows, columns - j, a_here, a_stride, b_here + j, b_stride, now);
  }
}

}  // namespace

// Rows that start at a power of two from one another would share few places of the processor's cache.
Matrix::Matrix(std::size_t rows, std::size_t columns)
    : rows_(rows), columns_(columns), stride_((columns + 7) / 8 * 8 + 8), numbers_(rows * stride_) {
  if (stride_ % 64 == 0) {
    stride_ += 8;
    numbers_.resize(rows * stride_);
  }
}

double dot(const double* a, const double* b, std::size_t size) {
  Pair even = {0, 0}, odd = {0, 0};
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    even += load(a + i) * load(b + i);
    odd += load(a + i + 2) * load(b + i + 2);
  }
  even += odd;
  double sum = even[0] + even[1];
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

Factor::Factor(Matrix matrix) : size_(matrix.rows()), upper_(std::move(matrix)) {
  Matrix& u = upper_;
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t end = std::min(size_, first + block);
    subtract_products(u[first] + first, u.stride(), end - first, size_ - first, u[0] + first, u.stride(),
                      u[0] + first, u.stride(), first);
    for (std::size_t i = first; i < end; ++i) {
      subtract_rest(u[i] + i, u.stride(), 1, size_ - i, u[first] + i, u.stride(), u[first] + i, u.stride(),
                    i - first);
      u[i][i] = std::sqrt(std::max(u[i][i], smallest_pivot));
      for (std::size_t j = i + 1; j < size_; ++j) u[i][j] /= u[i][i];
    }
  }
}

void Factor::extend(std::span<double> column) {
  if (size_ + 1 > upper_.rows() || size_ + 1 > upper_.columns()) {
    Matrix larger(size_ + size_ / 4 + 16, size_ + size_ / 4 + 16);
    for (std::size_t i = 0; i < size_; ++i) std::copy(upper_[i], upper_[i] + size_, larger[i]);
    upper_ = std::move(larger);
  }
  solve_transposed(column.first(size_));
  double pivot = column[size_];
  for (std::size_t i = 0; i < size_; ++i) {
    upper_[i][size_] = column[i];
    pivot -= column[i] * column[i];
  }
  upper_[size_][size_] = std::sqrt(std::max(pivot, smallest_pivot));
  ++size_;
}

void Factor::solve_transposed(std::span<double> v) const {
  for (std::size_t p = 0; p < size_; ++p) {
    const double* u = upper_[p];
    const double each = v[p] /= u[p];
    for (std::size_t j = p + 1; j < size_; ++j) v[j] -= u[j] * each;
  }
}

void Factor::solve(std::span<double> v) const {
  for (std::size_t i = size_; i-- > 0;) {
    const double* u = upper_[i];
    v[i] = (v[i] - dot(u + i + 1, v.data() + i + 1, size_ - i - 1)) / u[i];
  }
}

void Factor::solve_transposed(double* b, std::size_t stride, std::size_t columns, std::size_t first) const {
  const Matrix& u = upper_;
  for (std::size_t start = first; start < size_; start += block) {
    const std::size_t end = std::min(size_, start + block);
    double* here = b + (start - first) * stride;
    subtract_products(here, stride, end - start, columns, u[first] + start, u.stride(), b, stride,
                      start - first);
    for (std::size_t i = start; i < end; ++i, here += stride) {
      subtract_rest(here, stride, 1, columns, u[start] + i, u.stride(), b + (start - first) * stride, stride,
                    i - start);
      for (std::size_t j = 0; j < columns; ++j) here[j] /= u[i][i];
    }
  }
}

void Factor::solve_transposed(Matrix& b) const {
  solve_transposed(b[0], b.stride(), b.columns(), 0);
}

void Factor::subtract_inverse(Matrix& from) const {
  Matrix inverse(size_, size_);  // of U', lower triangular
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t columns = std::min(block, size_ - first);
    for (std::size_t i = 0; i < columns; ++i) inverse[first + i][first + i] = 1;
    solve_transposed(inverse[first] + first, inverse.stride(), columns, first);
  }
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t columns = std::min(block, size_ - first);
    subtract_products(from[0] + first, from.stride(), first + columns, columns, inverse[first],
                      inverse.stride(), inverse[first] + first, inverse.stride(), size_ - first);
  }
}

double Factor::log_determinant() const {
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) sum += logarithm(upper_[i][i]);
  return 2 * sum;
}

}  // namespace sibyl::gp

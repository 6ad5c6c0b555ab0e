#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sibyl::gp {

/// Rows of numbers.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  /// From a row to the next.
  std::size_t stride() const { return stride_; }
  double* operator[](std::size_t row) { return numbers_.data() + row * stride_; }
  const double* operator[](std::size_t row) const { return numbers_.data() + row * stride_; }
  std::span<double> row(std::size_t row) { return {(*this)[row], columns_}; }
  std::span<const double> row(std::size_t row) const { return {(*this)[row], columns_}; }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::size_t stride_ = 0;
  std::vector<double> numbers_;
};

/// The Cholesky factor U of a positive definite matrix U' U, whose rows and columns can become more. Each of
/// its numbers is computed by the same operations in the same order, whatever the matrix grew from: what was
/// extended is equal, bit for bit, to what was computed at once.
class Factor {
 public:
  Factor() = default;
  /// Of a symmetric matrix, of which the part from the diagonal to the right is read.
  explicit Factor(Matrix matrix);

  std::size_t size() const { return size_; }
  /// By a row and a column, whose last number stands on the diagonal. Overwrites `column`.
  void extend(std::span<double> column);
  /// The factor of its first `size` rows and columns.
  void shorten(std::size_t size) { size_ = size; }

  /// U' v = b, from b to v in place.
  void solve_transposed(std::span<double> v) const;
  /// U v = b, in place.
  void solve(std::span<double> v) const;
  /// U' V = B for all columns of B, in place.
  void solve_transposed(Matrix& b) const;
  /// Subtracts the matrix's inverse from another matrix, from the diagonal to the right.
  void subtract_inverse(Matrix& from) const;
  /// The logarithm of the matrix's determinant.
  double log_determinant() const;

 private:
  void solve_transposed(double* b, std::size_t stride, std::size_t columns, std::size_t first) const;

  std::size_t size_ = 0;
  Matrix upper_;  ///< has room for more
};

/// Always in the same order, though several at once.
double dot(const double* a, const double* b, std::size_t size);

}  // namespace sibyl::gp

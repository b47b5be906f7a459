import Foundation

/// Arithmetic in literals: `1/2`, `2**3`.
extension Literal {
  func negated(at column: Int) throws(LiteralError) -> Literal {
    if case .number(let number) = self { return .number(-number) }
    return try Literal.integer(0).combined(
      with: self, at: column, exactly: { $0.subtractingReportingOverflow($1) }, roughly: -)
  }

  func multiplied(by other: Literal, at column: Int) throws(LiteralError) -> Literal {
    try combined(with: other, at: column, exactly: { $0.multipliedReportingOverflow(by: $1) }, roughly: *)
  }

  /// The quotient, never an integer, like Python's `/`.
  func divided(by other: Literal, at column: Int) throws(LiteralError) -> Literal {
    try combined(with: other, at: column, exactly: nil, roughly: /)
  }

  func raised(to exponent: Literal, at column: Int) throws(LiteralError) -> Literal {
    if case .integer(let whole) = exponent, whole < 0 {
      return try combined(with: exponent, at: column, exactly: nil, roughly: pow)
    }
    return try combined(with: exponent, at: column, exactly: wholePower, roughly: pow)
  }

  /// Combines two numbers; as integers if both are and `exactly` is given.
  ///
  /// - Parameter column: The operator's column, for the error.
  private func combined(
    with other: Literal, at column: Int,
    exactly: ((Int, Int) -> (partialValue: Int, overflow: Bool))?, roughly: (Double, Double) -> Double
  ) throws(LiteralError) -> Literal {
    if let exactly, case .integer(let a) = self, case .integer(let b) = other {
      let (result, overflow) = exactly(a, b)
      if !overflow { return .integer(result) }
      throw LiteralError(column: column, found: "a result of more than 64 bits", expected: "a smaller number")
    }
    guard let a = double, let b = other.double else {
      throw LiteralError(
        column: column, found: "an operator between values that are not numbers",
        expected: "numbers on both sides")
    }
    let result = roughly(a, b)
    guard result.isFinite else {
      throw LiteralError(
        column: column, found: "a result that is not a finite number", expected: "a finite number")
    }
    return .number(result)
  }
}

/// The base raised to a non-negative power, by squaring.
private func wholePower(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
  var result = 1
  var square = base
  var remaining = exponent
  var overflow = false
  while remaining > 0, !overflow {
    if remaining & 1 == 1 { (result, overflow) = result.multipliedReportingOverflow(by: square) }
    remaining >>= 1
    guard remaining > 0, !overflow else { break }
    (square, overflow) = square.multipliedReportingOverflow(by: square)
  }
  return (result, overflow)
}

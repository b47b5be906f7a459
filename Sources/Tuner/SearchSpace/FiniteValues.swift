import Literals

/// The values of a parameter with finitely many values: a list, or the multiples of a step between two bounds.
///
/// The multiples are computed on demand, since a file may define more of them than fit into memory.
struct FiniteValues: RandomAccessCollection, Sendable {
  private let content: Content

  private enum Content {
    case list([Literal])
    case multiples(first: Int, count: Int, of: Step)
  }

  let startIndex = 0

  var endIndex: Int {
    switch content {
    case .list(let values): values.count
    case .multiples(_, let count, _): count
    }
  }

  subscript(position: Int) -> Literal {
    switch content {
    case .list(let values): values[position]
    case .multiples(let first, _, let step): step.literal(first + position)
    }
  }

  /// The position of a value; `1` and `1.0` are the same value.
  func position(of value: Literal) -> Int? {
    switch content {
    case .list(let values):
      return values.firstIndex(of: value) ?? values.firstIndex { $0.canonical == value.canonical }
    case .multiples(let first, let count, let step):
      guard let number = value.double, let multiple = Int(exactly: (number / step.size).rounded()) else { return nil }
      let position = multiple - first
      guard (0..<count).contains(position), step.literal(multiple).double == number else { return nil }
      return position
    }
  }
}

extension FiniteValues {
  /// The values of a distribution, or `nil` if it is continuous.
  ///
  /// RecBole and hyperopt round a uniform number to a multiple of the step, which may be outside the bounds and gives
  /// the first and the last multiple less weight. Here, the values are the multiples within the bounds, with equal
  /// weights. If there are none, the lower bound is the only value. If there are too many to number them exactly in
  /// floating point, the distribution counts as continuous.
  init?(_ distribution: Distribution) {
    switch distribution {
    case .choice(let values): content = .list(values)
    case .uniform, .logUniform, .logUniformBounds: return nil
    case .quantizedUniform(let low, let high, let size):
      let step = Step(size)
      guard Swift.max(low.magnitude, high.magnitude) / size < 0x1p53 else { return nil }
      // The quotients are rounded, so 0.3 / 0.1 is below 3; the neighbors must be checked.
      var first = Int((low / size).rounded(.up))
      var last = Int((high / size).rounded(.down))
      if step.number(first - 1) >= low { first -= 1 } else if step.number(first) < low { first += 1 }
      if step.number(last + 1) <= high { last += 1 } else if step.number(last) > high { last -= 1 }
      content = first <= last ? .multiples(first: first, count: last - first + 1, of: step) : .list([.number(low)])
    }
  }
}

/// The step of a quantized range, whose multiples are decimals without binary rounding errors: 3 · 0.1 is 0.3.
private struct Step {
  let size: Double

  /// `size` as `digits` · 10^−`places`; `nil` if this is not exact.
  private let decimal: (digits: Int, places: Int)?

  init(_ size: Double) {
    self.size = size
    let parts = size.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    let places = fraction.count - exponent
    // Powers of ten up to 10²² are exact, and the quotient of two exact numbers is correctly rounded.
    decimal = (0...22).contains(places) ? Int(mantissa[0] + fraction).map { ($0, places) } : nil
  }

  func number(_ multiple: Int) -> Double {
    guard let decimal else { return Double(multiple) * size }
    let (digits, overflow) = multiple.multipliedReportingOverflow(by: decimal.digits)
    guard !overflow, digits.magnitude <= 1 << 53 else { return Double(multiple) * size }
    return Double(digits) / (0..<decimal.places).reduce(1) { power, _ in power * 10 }
  }

  /// A multiple of a whole step is an integer, as in lists of sizes or layer counts.
  func literal(_ multiple: Int) -> Literal {
    let number = number(multiple)
    return size == size.rounded() ? Int(exactly: number).map { .integer($0) } ?? .number(number) : .number(number)
  }
}

/// The numbers that a key takes.
struct NumberRange: Sendable, CustomStringConvertible {
  private let bounds: ClosedRange<Double>

  /// The range in words, for documents and messages.
  let description: String

  static func above(_ lower: Double) -> Self {
    Self(bounds: lower.nextUp...(.greatestFiniteMagnitude), description: "number > \(plain(lower))")
  }

  static func from(_ lower: Double) -> Self {
    Self(bounds: lower...(.greatestFiniteMagnitude), description: "number ≥ \(plain(lower))")
  }

  static func within(_ range: ClosedRange<Double>) -> Self {
    Self(bounds: range, description: "number \(plain(range.lowerBound)) to \(plain(range.upperBound))")
  }

  static func within(_ range: Range<Double>) -> Self {
    Self(
      bounds: range.lowerBound...range.upperBound.nextDown,
      description: "number from \(plain(range.lowerBound)) to below \(plain(range.upperBound))")
  }

  func contains(_ number: Double) -> Bool { bounds.contains(number) }

  /// A number as in a sentence: without decimals if it is whole.
  private static func plain(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }
}

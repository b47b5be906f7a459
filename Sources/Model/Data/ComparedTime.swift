/// The conversion of times before they are compared; key `time_precision`.
struct ComparedTime {
  private enum Precision {
    case exact
    case float32
    /// Scaled to 0…1 first, as RecBole's `normalize_all` and `normalize_field` do.
    case scaledFloat32(scale: Double, earliest: Double, span: Double)
  }

  private let precision: Precision

  /// - Parameter range: The range of all times.
  init(_ configuration: DatasetConfiguration, range: ClosedRange<Double>) {
    guard configuration.timePrecision == .float32 else {
      precision = .exact
      return
    }
    guard configuration.normalizesAll || configuration.normalizedFields.contains(configuration.timeField) else {
      precision = .float32
      return
    }
    // Uses halves if the span itself overflows.
    let scale = (range.upperBound - range.lowerBound).isFinite ? 1 : 0.5
    let earliest = range.lowerBound * scale
    precision = .scaledFloat32(scale: scale, earliest: earliest, span: range.upperBound * scale - earliest)
  }

  /// A number in the precision of compared times.
  func rounded(_ number: Double) -> Double {
    switch precision {
    case .exact: number
    case .float32, .scaledFloat32: Double(Float(number))
    }
  }

  func callAsFunction(_ time: Double) -> Double {
    switch precision {
    case .exact, .float32: rounded(time)
    case .scaledFloat32(let scale, let earliest, let span):
      rounded(span > 0 ? (time * scale - earliest) / span : 1)
    }
  }
}

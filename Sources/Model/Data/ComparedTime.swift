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

  func callAsFunction(_ time: Double) -> Double {
    switch precision {
    case .exact: time
    case .float32: Double(Float(time))
    case .scaledFloat32(let scale, let earliest, let span):
      Double(Float(span > 0 ? (time * scale - earliest) / span : 1))
    }
  }
}

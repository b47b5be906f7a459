extension Double {
  /// The number with a fixed number of decimals: how metrics are shown.
  ///
  /// Halves are rounded away from zero as in decimal notation: the mean of 0.0767 and 0.0768 is 0.0768 with four
  /// decimals, although the nearest binary number is below 0.07675.
  ///
  /// - Parameter places: At most 15. Numbers too large for that many decimals have all their digits instead.
  package func decimal(places: Int) -> String {
    let scale = (0..<places).reduce(1) { power, _ in power * 10 }
    let scaled = (magnitude * Double(scale)).rounded()
    guard magnitude < 1e11, scaled < 1e18 else { return description }
    let (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: scale)
    let text = (sign == .minus ? "-" : "") + String(whole)
    guard places > 0 else { return text }
    let digits = String(fraction)
    return "\(text)." + String(repeating: "0", count: places - digits.count) + digits
  }
}

import Literals

extension Leaderboard {
  /// A line that says why no trial matches the conditions, with the values that the trials have.
  ///
  /// Call it on the leaderboard without these conditions.
  ///
  /// - Parameter conditions: Such as `n_layers=2`.
  public func mismatch(_ conditions: [String]) -> String {
    let tried = rows.map(\.hyperparameters) + failures.map(\.hyperparameters)
    let unknown = conditions.compactMap { condition -> String? in
      guard let (name, value) = Leaderboard.parts(of: condition) else { return nil }
      let known = Leaderboard.distinct(tried.compactMap { $0[name] })
      guard !known.isEmpty, !known.contains(where: { $0.canonical == value.canonical }) else { return nil }
      let (shown, rest) = (known.prefix(20), known.dropFirst(20))
      return "the trials so far have \(name.visible) " + shown.map(\.description.visible).joined(separator: ", ")
        + (rest.isEmpty ? "" : " and \(rest.count) other values")
    }
    let what = "no trial matches \(conditions.map(\.visible).joined(separator: " and "))"
    return ([what] + unknown).joined(separator: "; ")
  }

  /// A condition's parameter and value; `nil` without an equals sign.
  static func parts(of condition: String) -> (name: String, value: Literal)? {
    guard let equals = condition.firstIndex(of: "=") else { return nil }
    return (
      String(condition[..<equals]), Literal(commandLine: String(condition[condition.index(after: equals)...]))
    )
  }

  /// The distinct values: numbers in ascending order, then all others.
  private static func distinct(_ values: [Literal]) -> [Literal] {
    var seen: Set<String> = []
    let distinct = values.filter { seen.insert($0.canonical).inserted }
    let numbers = distinct.filter { $0.double != nil }.sorted { ($0.double ?? 0) < ($1.double ?? 0) }
    return numbers + distinct.filter { $0.double == nil }
  }
}

import Literals

extension Leaderboard {
  /// A line that says why no trial matches the conditions, with the values that the trials have.
  ///
  /// Call it on the leaderboard without these conditions.
  public func mismatch(_ conditions: [Condition]) -> String {
    let columns = columns
    let unmet = conditions.compactMap { condition -> String? in
      guard let column = columns[condition.name] else { return nil }
      let known = Leaderboard.distinct(values(in: column))
      guard !known.contains(where: condition.holds) else { return nil }
      guard !known.isEmpty else { return "no trial so far has a value of \(condition.name.visible)" }
      let numbers = known.compactMap(\.double)
      if column.isMeasured, let least = numbers.first, let most = numbers.last {
        return "the trials so far have \(condition.name.visible) from \(least) to \(most)"
      }
      let (shown, rest) = (known.prefix(20), known.dropFirst(20))
      return "the trials so far have \(condition.name.visible) "
        + shown.map(\.description.visible).joined(separator: ", ")
        + (rest.isEmpty ? "" : " and \(rest.count) other values")
    }
    let what = "no trial matches \(conditions.map(\.description.visible).joined(separator: " and "))"
    return ([what] + unmet).joined(separator: "; ")
  }

  /// The columns of these rows.
  var columns: Columns {
    Columns(parameters: parameterNames, metrics: Leaderboard.metrics(metricNames, own: metric))
  }

  /// The values of all trials in a column.
  private func values(in column: Column) -> [Literal] {
    rows.compactMap { $0.value(in: column, ownMetric: metric) } + failures.compactMap { $0.value(in: column) }
  }

  /// The distinct values: numbers in ascending order, then all others by their texts.
  private static func distinct(_ values: [Literal]) -> [Literal] {
    var seen: Set<String> = []
    let distinct = values.filter { seen.insert($0.canonical).inserted }
    let numbers = distinct.filter { $0.double != nil }.sorted { ($0.double ?? 0) < ($1.double ?? 0) }
    return numbers + distinct.filter { $0.double == nil }.sorted { $0.description < $1.description }
  }
}

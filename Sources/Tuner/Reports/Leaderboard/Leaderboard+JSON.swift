import Literals

extension Leaderboard {
  /// Everything, with all digits.
  ///
  /// Unlike the other documents for programs, it is not `Encodable`: keys stand in an order of their own, parameters and
  /// metrics in that of the study, a whole number such as `2.0` keeps its decimal point, and each trial has one line.
  /// `JSONEncoder` can do none of these.
  var json: String {
    func object(_ row: Row) -> String {
      var splits: [(name: String, json: String)] = []
      for split in row.metrics.map(\.split) where !splits.contains(where: { $0.name == split }) {
        splits.append(
          (
            split,
            JSON.object(
              row.metrics.filter { $0.split == split }.map { ($0.name, $0.value.map(JSON.number) ?? "null") })
          ))
      }
      var members: [(name: String, json: String)] = [
        ("rank", isRanked ? String(row.rank) : "null"), ("trial", String(row.trial)),
        ("state", JSON.string(row.state.rawValue)),
        ("value", row.value.map(JSON.number) ?? "null"), ("best_epoch", row.bestEpoch.map(String.init) ?? "null"),
        ("parameters", row.hyperparameters.json), ("metrics", JSON.object(splits)),
        (
          "interval",
          row.certainty.map { "[\(JSON.number($0.interval.low)), \(JSON.number($0.interval.high))]" } ?? "null"
        ),
        ("may_be_best", row.certainty.map { $0.mayBeBest ? "true" : "false" } ?? "null"),
        ("epochs", String(row.epochs)), ("cost_tflop", row.cost.map { JSON.number($0 / 1e12) } ?? "null"),
        ("repeated_values", "[\(row.repeatedValues.map(JSON.number).joined(separator: ", "))]"),
      ]
      if let isOnFront = row.isOnFront { members.append(("on_front", isOnFront ? "true" : "false")) }
      return JSON.object(members)
    }
    func object(_ failure: Failure) -> String {
      JSON.object([
        ("trial", String(failure.trial)), ("kind", JSON.string(failure.kind)),
        ("message", JSON.string(failure.message)),
        ("parameters", failure.hyperparameters.json),
      ])
    }
    func list(_ items: [String]) -> String {
      items.isEmpty ? "[]" : "[\n    " + items.joined(separator: ",\n    ") + "\n  ]"
    }
    var stated = ranking.isStated ? "\n  \"repeatable\": \(ranking.isRepeatable)," : ""
    if let epochShare { stated += "\n  \"epoch_fraction\": \(JSON.number(epochShare.fraction))," }
    return """
      {
        "study": \(JSON.string(study)),\(stated)
        "metric": \(JSON.string(metric)),
        "direction": \(JSON.string(direction.rawValue)),
        "sort": \(JSON.string(order?.text ?? sort)),
        "trials": \(counts.total),
        "ended": \(counts.ended),
        "rows": \(list(rows.map(object))),
        "failed": \(list(failures.map(object)))
      }

      """
  }
}

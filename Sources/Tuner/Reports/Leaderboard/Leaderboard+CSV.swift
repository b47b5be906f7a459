import Literals

extension Leaderboard {
  /// One line for each trial, as in RFC 4180.
  var csv: String {
    let (parameters, metrics) = (parameterNames, metricNames)
    func line(_ fields: [String]) -> String { fields.map(csvField).joined(separator: ",") + "\n" }
    func digits(_ value: Double?) -> String { value.map { $0.isFinite ? $0.description : "" } ?? "" }
    var stated: [(name: String, value: String)] = []
    if ranking.isStated { stated.append(("repeatable", ranking.isRepeatable ? "true" : "false")) }
    if let epochShare { stated.append(("epoch_fraction", digits(epochShare.fraction))) }
    let header = line(
      ["rank", "trial", "state", "value", "best_epoch"] + parameters + metrics
        + [
          "interval_low", "interval_high", "may_be_best", "epochs", "cost_tflop", "seeds", "seed_mean",
          "seed_deviation",
          "message",
        ] + stated.map(\.name) + (marksFront ? ["on_front"] : []))
    let ranked = rows.map { row in
      let start = [
        rankText(row), String(row.trial), row.state.rawValue, digits(row.value),
        row.bestEpoch.map(String.init) ?? "",
      ]
      let values = metrics.map { name in digits(row.metrics.first { $0.fullName == name }?.value) }
      return line(
        start + parameters.map { row.hyperparameters[$0]?.description ?? "" } + values
          + [
            digits(row.certainty?.interval.low), digits(row.certainty?.interval.high),
            row.certainty.map { $0.mayBeBest ? "true" : "false" } ?? "", String(row.epochs),
            digits(row.cost.map { $0 / 1e12 }), row.overSeeds.map { String($0.count) } ?? "",
            digits(row.overSeeds?.mean), digits(row.overSeeds?.deviation), "",
          ] + stated.map(\.value) + (marksFront ? [row.isOnFront == true ? "true" : "false"] : []))
    }
    let failed = failures.map { failure in
      line(
        ["", String(failure.trial), "failed", "", ""]
          + parameters.map { failure.hyperparameters[$0]?.description ?? "" }
          + metrics.map { _ in "" } + ["", "", "", "", "", "", "", "", failure.message] + stated.map(\.value)
          + (marksFront ? [""] : []))
    }
    return header + ranked.joined() + failed.joined()
  }
}

/// A field, quoted if RFC 4180 requires it.
///
/// Works on scalars: a quote followed by a combining mark is part of another character.
private func csvField(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
  return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}

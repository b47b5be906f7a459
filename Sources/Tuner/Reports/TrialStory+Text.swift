extension TrialStory {
  /// The story for a terminal: configuration, outcome, attempts, results and learning curve.
  public var text: String {
    var lines = ["\(study), trial \(trial): \(state.rawValue)\(isShelved ? ", shelved" : "")"]
    lines += hyperparameters.pairs.map { "  \($0.name): \($0.value)" }
    if let failureMessage { lines.append("\(failureKind ?? "failure"): \(failureMessage)") }
    if let value, let bestEpoch { lines.append("best value \(value) after epoch \(bestEpoch)") }
    lines += ["", "attempts"] + attempts.map(\.text)
    if !metrics.isEmpty {
      lines += ["", "results"] + metrics.map { "  \($0.fullName): \($0.value?.description ?? "none")" }
    }
    if !curve.isEmpty { lines += ["", "learning curve"] + curveLines }
    return lines.joined(separator: "\n") + "\n"
  }

  private var curveLines: [String] {
    var lines: [String] = []
    var epoch: Int?
    for point in curve {
      if point.epoch != epoch { lines.append("  epoch \(point.epoch):") }
      epoch = point.epoch
      lines[lines.count - 1] += "  \(point.metric) \(point.value?.description ?? "not a number")"
    }
    return lines
  }
}

extension TrialStory.Attempt {
  fileprivate var text: String {
    let start = fromEpoch > 0 ? "from epoch \(fromEpoch)" : "from the start"
    let end = ending.map { "\($0) \(endedAt ?? "")" } ?? "running"
    return "  \(number): \(startedAt) \(start), \(end), \((seconds * 10).rounded() / 10) s"
      + (note.map { "; \($0)" } ?? "")
  }
}

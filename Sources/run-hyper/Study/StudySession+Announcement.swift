import Literals
import Model
import Tuner

extension StudySession {
  /// Says what is about to run.
  func announce(_ dataset: SequenceDataset) {
    var lines = [
      "Study \(study.name)\(opening.isNew ? "" : ", continued"), in \(store.path)",
      "  dataset   \(dataset.name): \(dataset.userTokens.count - 1) users, \(dataset.itemTokens.count - 1) items; "
        + "\(dataset.train.count) training, \(dataset.valid.count) validation, \(dataset.test.count) test samples",
      "  \(search.padding(to: 8))  \(searched)",
    ]
    let width = space.space.parameters.map(\.name.count).max() ?? 0
    lines += space.space.parameters.map {
      "            \($0.name.padding(to: width))  \($0.distribution.meaning.visible)"
    }
    lines += space.warnings.map { "  warning   \($0)" }
    if space.plan.leavesOut { lines += space.survey.reasons.map { "  left out  \($0)" } }
    lines.append("  metric    \(study.definition.metric) on the validation samples")
    if let pruning { lines.append("  pruner    \(pruning)") }
    lines += ends.map { "  end       \($0)" }
    if let repeats = space.plan.repeats {
      lines.append("  repeats   \(repeats) further seeds for each trial that cannot be told from the best, at the end")
    }
    lines += [
      "  workers   \(admission.workers)",
      "  memory    at most \(Admission.megabytes(AvailableMemory.residentBytes + admission.bytes))",
    ]
    if !opening.isNew {
      lines.append("  finished  \(opening.counts.ended) of \(total)")
      let changes = [(opening.added, "added"), (opening.shelved, "put aside"), (opening.restored, "brought back")]
      let text = changes.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      if !text.isEmpty { lines.append("  changed   \(text): \(space.space.file) or the search is another than before") }
      if opening.retried > 0 { lines.append("  retry     \(opening.retried) failed trials run again") }
    }
    lines += (space.notes + space.firstConfiguration.notes).map { "  note      \($0)" }
    Output.note(lines.joined(separator: "\n"))
  }

  private var search: String {
    switch space.plan.algorithm {
    case .exhaustive: "grid"
    case .random: "random"
    case .bayes: "bayes"
    }
  }

  private var searched: String {
    let order = space.plan.isShuffled ? ", in random order" : ""
    let names = space.space.parameters.map(\.name).joined(separator: ", ")
    let (count, looked) = (space.survey.impossibleCount, space.survey.total)
    guard space.plan.leavesOut, count > 0 else { return "\(total) configurations of \(names)\(order)" }
    return switch space.plan.algorithm {
    case .exhaustive:
      "\(space.cells.count) of \(looked) configurations of \(names)\(order); \(count) impossible ones left out"
    case .random: "\(total) configurations of \(names); \(count) impossible ones left out"
    case .bayes: "\(total) configurations of \(names); impossible ones left out (\(count) of \(looked) examined)"
    }
  }

  private var total: Int {
    space.plan.algorithm == .bayes
      ? max(opening.counts.total, study.definition.trialLimit ?? 0) : opening.counts.total
  }

  private var pruning: String? {
    let pruner = study.definition.pruner
    switch pruner.kind {
    case .none: return nil
    case .median:
      return "median: from epoch \(pruner.firstRung) on, a trial stops that is below the median of the others"
    case .asha, .hyperband:
      return
        "\(pruner.kind.rawValue): trials stop after epoch \(pruner.firstRung), the best of \(pruner.reductionFactor) "
        + "go on to \(pruner.reductionFactor) times the epochs, and so on"
    }
  }

  /// What ends the study before all is tried.
  private var ends: [String] {
    [
      space.plan.earlyStop.map { "after \($0) trials in a row without improvement (--early_stop)" },
      request.timeLimit.map { "after \($0) (--timeout), to be continued" },
      request.target.map { "when a trial has \($0) (--target)" },
    ].compactMap { $0 }
  }
}

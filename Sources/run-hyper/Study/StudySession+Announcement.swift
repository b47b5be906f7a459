import Literals
import Model
import Tuner

extension StudySession {
  /// What a run in this process takes, for the announcement.
  var resources: [String] {
    [
      SlurmAllocation.current.map { "  slurm     \($0.words)" },
      "  workers   \(admission.workers)"
        + (admission.threads > admission.workers ? ", \(admission.threads) threads" : ""),
      "  memory    at most \(Admission.megabytes(AvailableMemory.residentBytes + admission.bytes))",
    ].compactMap { $0 }
  }

  /// Prints what is about to run.
  ///
  /// - Parameter resources: Lines that say what it takes.
  func announce(_ resources: [String]) {
    guard let dataset else { return }
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
    let moment = space.validatesBeforeEnd ? "" : ", after the last epoch"
    lines.append("  metric    \(study.definition.metric) on the validation samples\(moment)")
    if let ranking = study.definition.ranking(isRepeatable: nil).statement { lines.append("  ranking   \(ranking)") }
    if let share = study.definition.epochShare { lines.append("  epoch     \(share.meaning)") }
    if let pruning { lines.append("  pruner    \(pruning)") }
    lines += ends.map { "  end       \($0)" }
    if let repeats = space.plan.repeats {
      lines.append(
        "  repeats   when the search is done, \(repeats) additional \(repeats == 1 ? "seed" : "seeds") "
          + "for every trial tied with the best")
    }
    if let count = space.plan.keepWeights {
      lines.append("  weights   those of the best \(count) trials and of their repeats are kept")
    }
    lines += resources
    if !opening.isNew {
      lines.append(
        "  so far    \(ProgressText.count(opening.counts.ended, pruned: opening.counts.pruned, of: "\(total) trials"))")
      let changes = [(opening.added, "added"), (opening.shelved, "shelved"), (opening.restored, "restored")]
      let text = changes.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      if !text.isEmpty { lines.append("  changed   \(text): \(space.space.file) or the search options have changed") }
      if opening.unkept > 0 {
        lines.append(
          "  removed   the weights of \(opening.unkept.counting("trial")), which --keep_weights does not keep now")
      }
      if opening.retried > 0 {
        lines.append(
          "  retry     \(opening.retried) failed \(opening.retried == 1 ? "trial runs" : "trials run") again")
      }
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
      return "median: from epoch \(pruner.firstRung) on, trials below the median of the others stop early"
    case .asha, .hyperband:
      return
        "\(pruner.kind.rawValue): after \(rungs(of: pruner)), the best \(Self.share(pruner.reductionFactor)) of trials "
        + "continues (up to \(space.longest) epochs)"
    }
  }

  /// The epochs at which trials are compared, such as `epochs 1, 3 and 9`.
  private func rungs(of pruner: Pruner) -> String {
    var epochs = [pruner.firstRung]
    while let last = epochs.last, last <= (space.longest - 1) / pruner.reductionFactor {
      epochs.append(last * pruner.reductionFactor)
    }
    let names = epochs.map { "\($0)" }
    guard let last = names.last, names.count > 1 else { return "epoch \(names[0])" }
    let brackets = pruner.kind == .hyperband ? " (later brackets skip the first ones)" : ""
    return "epochs \(names.dropLast().joined(separator: ", ")) and \(last)\(brackets)"
  }

  /// 1 / η in words.
  private static func share(_ reductionFactor: Int) -> String {
    switch reductionFactor {
    case 2: "half"
    case 3: "third"
    case 4: "quarter"
    default: "1 in \(reductionFactor)"
    }
  }

  /// What can end the study before all configurations are tried.
  private var ends: [String] {
    [
      space.plan.earlyStop.map { "after \($0) consecutive trials without improvement (--early_stop)" },
      request.timeLimit.map { "after \($0) (--timeout); the study can be resumed" },
      request.target.map { "when a trial reaches \($0) (--target)" },
    ].compactMap { $0 }
  }
}

extension PruningState {
  /// How a trial that was trained under another pruner enters this one's record.
  ///
  /// It passes every rung up to the end of its curve with its best value until then, and waits on the last of them.
  ///
  /// - Parameter curve: The best value up to each validated epoch.
  /// - Parameter mayWait: Whether the trial can wait: a completed one cannot.
  /// - Returns: The entries, and whether the trial waits.
  func entries(
    of number: Int, bracket: Int, curve: [(epoch: Int, value: Double?)], mayWait: Bool
  ) -> (decisions: [PruningDecision], waits: Bool) {
    let rungs = pruner.rungs(upTo: curve.last?.epoch ?? 0, bracket: bracket)
    let waits = mayWait && pruner.isHalving && !rungs.isEmpty
    var decisions: [PruningDecision] = []
    for rung in rungs where !hasPassed(number, bracket: bracket, epoch: rung) {
      decisions.append(
        PruningDecision(
          trial: number, bracket: bracket, epoch: rung, value: curve.last { $0.epoch <= rung }?.value,
          action: waits && rung == rungs.last ? .stop : .passed))
    }
    if waits, let last = rungs.last, hasPassed(number, bracket: bracket, epoch: last) {
      decisions.append(
        PruningDecision(trial: number, bracket: bracket, epoch: last, value: nil, action: .restore))
    }
    return (decisions, waits)
  }
}

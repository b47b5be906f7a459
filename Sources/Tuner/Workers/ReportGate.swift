/// Which reports a trial's training waits for, until they are written: those by which it may be stopped.
///
/// In a file, that is all of them: they are written within milliseconds.
struct ReportGate {
  private let definition: StudyDefinition
  private let isRemote: Bool
  private let hasTarget: Bool
  private let bracket: Int
  private let isPruned: Bool

  /// The pruner's rung at the last report that was waited for.
  private var rung: Int?

  /// - Parameter isRemote: Whether the study is on a server.
  init(_ trial: ClaimedTrial, of definition: StudyDefinition, hasTarget: Bool, isRemote: Bool) {
    self.definition = definition
    self.isRemote = isRemote
    self.hasTarget = hasTarget
    bracket = definition.pruner.bracket(of: trial.number, seed: definition.seed)
    isPruned = definition.pruner.kind != .none && trial.repetition == 0
  }

  /// Whether training waits for a report; to be asked once for each.
  mutating func waits(for report: RunningTrial.Report) -> Bool {
    guard isRemote, !hasTarget else { return true }
    guard isPruned, !report.isLast, report.values.contains(where: { definition.isMetric($0.name) }) else {
      return false
    }
    // The pruner decides at the first report on a rung.
    let reached = definition.pruner.rung(at: report.epoch, bracket: bracket)
    defer { rung = reached }
    return reached != rung
  }
}

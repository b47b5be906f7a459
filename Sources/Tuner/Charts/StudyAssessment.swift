/// Intervals, ties and importance, which take longer to compute than anything else of a chart.
struct StudyAssessment {
  private let study: Study
  private let isOwnRanking: Bool
  private var ranks: [Int: [UInt16]] = [:]
  private var certainties: [Int: Certainty] = [:]

  /// The trials that were assessed, by their numbers, with their values.
  private var assessed: [Int: Double?] = [:]

  /// When the next assessment may begin, so that all of them together take up a twentieth of a core.
  private var pause = SuspendingClock.now
  private(set) var isBehind = false
  private(set) var userCount = 0
  private(set) var importance: StudyChart.Importance?

  /// - Parameter isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own.
  init(_ study: Study, isRepeatable: Bool?) {
    self.study = study
    isOwnRanking = study.definition.ranking(isRepeatable: isRepeatable).isOwn
  }

  /// Reads the ranks of the trials that have completed, and computes what follows if anything has changed.
  ///
  /// - Parameters:
  ///   - other: The ranking to use in place of the study's own.
  ///   - mayLag: Whether it may be put off.
  mutating func read(
    _ rows: [TrialRow], _ other: OtherRanking?, from store: StudyStore, mayLag: Bool, _ db: Connection
  ) throws {
    let completed = rows.filter { $0.state == .completed }
    let current = Dictionary(completed.map { ($0.number, $0.bestValue) }) { $1 }
    isBehind = current != assessed
    let began = SuspendingClock.now
    guard isBehind, !mayLag || began >= pause else { return }
    if let other {
      ranks = other.ranks(split: "valid")
    } else {
      let new = completed.filter { ranks[$0.number] == nil || assessed[$0.number] != $0.bestValue }
      ranks = ranks.filter { current.keys.contains($0.key) }
      for (trial, bytes) in try StudyStore.ranks(of: new, split: "valid", db) { ranks[trial] = bytes }
    }
    let values = UserValues(metric: study.definition.metric, ranks: ranks)
    certainties = study.definition.direction == .maximize ? values?.certainties(of: current.keys) ?? [:] : [:]
    userCount = certainties.isEmpty ? 0 : values?.userCount ?? 0
    (assessed, isBehind) = (current, false)
    pause = began.advanced(by: began.duration(to: .now) * 20)
  }

  /// Adds what is known to the trials of a chart.
  func assess(_ trials: inout [StudyChart.Trial]) {
    for index in trials.indices {
      guard let certainty = certainties[trials[index].number] else { continue }
      trials[index].interval = [certainty.interval.low, certainty.interval.high]
      trials[index].tied = certainty.mayBeBest
    }
  }
}

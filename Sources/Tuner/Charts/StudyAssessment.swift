/// Intervals, ties and importance, which take longer to compute than anything else of a chart.
struct StudyAssessment {
  private let study: Study
  private let isRepeatable: Bool?
  private var ranks: [Int: UserRanks] = [:]
  private var certainties: [Int: Certainty] = [:]

  /// The trials that were assessed, by their numbers, with their values; `nil` before the first time.
  private var assessed: [Int: Double?]?

  /// The same of the trials whose ranks were read last.
  private var read: [Int: Double?]?

  /// When the next assessment may begin, so that all of them together take up a twentieth of a core.
  private var pause = SuspendingClock.now
  private(set) var isBehind = false
  private(set) var userCount = 0
  private(set) var importance: ImportanceReport?

  /// - Parameter isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own.
  init(_ study: Study, isRepeatable: Bool?) {
    self.study = study
    self.isRepeatable = isRepeatable
  }

  /// Whether the trials have changed since they were assessed, and it is time to assess them again.
  ///
  /// - Parameter mayLag: Whether it may be put off.
  mutating func isDue(_ rows: [TrialRow], mayLag: Bool) -> Bool {
    isBehind = Self.values(of: rows) != assessed
    return isBehind && (!mayLag || SuspendingClock.now >= pause)
  }

  /// Reads the ranks of the trials that have completed; again, if the database runs the read again.
  ///
  /// - Parameter other: The ranking to use in place of the study's own.
  mutating func read(_ rows: [TrialRow], _ other: OtherRanking?, _ db: Connection) throws {
    let current = Self.values(of: rows)
    if let other {
      ranks = other.ranks(split: "valid")
    } else {
      let new = rows.filter { row in
        current.keys.contains(row.number) && (ranks[row.number] == nil || assessed?[row.number] != row.bestValue)
      }
      ranks = ranks.filter { current.keys.contains($0.key) }
      for (trial, own) in try StudyStore.ranks(of: new, split: "valid", db) { ranks[trial] = own }
    }
    read = current
  }

  /// Computes what follows from the ranks that were read.
  mutating func compute(from store: StudyStore) throws {
    let began = SuspendingClock.now
    let values = UserValues(metric: study.definition.metric, ranks: ranks)
    certainties = study.definition.direction == .maximize ? values?.certainties(of: ranks.keys) ?? [:] : [:]
    userCount = certainties.isEmpty ? 0 : values?.userCount ?? 0
    importance = try store.importance(of: study, isRepeatable: isRepeatable)
    (assessed, isBehind) = (read, false)
    pause = began.advanced(by: began.duration(to: .now) * 20)
  }

  private static func values(of rows: [TrialRow]) -> [Int: Double?] {
    Dictionary(rows.filter { $0.state == .completed }.map { ($0.number, $0.bestValue) }) { $1 }
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

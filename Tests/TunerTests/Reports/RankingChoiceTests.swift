import Literals
import Testing

@testable import Tuner

/// Reports in the ranking in which a study was not tuned.
@Suite struct RankingChoiceTests {
  /// Each trial has ranks of its own in both rankings.
  private struct TwoRankings: Objective {
    var hasOther = true

    static func own(_ a: Int, _ repetition: Int) -> [UInt16] { [UInt16(a + 1), 30, UInt16(12 + a + repetition)] }
    static func other(_ a: Int, _ repetition: Int) -> [UInt16] { [UInt16(5 - a), 2, UInt16(1 + repetition)] }

    static func value(_ ranks: [UInt16]) -> Double { ranks.map { 1 / Double($0) }.reduce(0, +) / Double(ranks.count) }

    func run(_ trial: RunningTrial) throws -> TrialOutcome {
      let a = trial.hyperparameters["a"].flatMap(\.double).map { Int($0) } ?? 0
      let (own, other) = (Self.own(a, trial.repetition), Self.other(a, trial.repetition))
      try trial.report(epoch: 1, values: [("valid.mrr@50", Self.value(own))], checkpoint: nil, isLast: true)
      return .completed(
        TrialResult(
          bestEpoch: 1, bestValue: Self.value(own),
          metrics: ["valid", "test"].map { SplitMetric(split: $0, name: "mrr@50", value: Self.value(own)) },
          ranks: ["valid": UserRanks(own), "test": UserRanks(own)],
          otherRanks: hasOther ? ["valid": UserRanks(other), "test": UserRanks(other)] : [:], weights: nil))
    }
  }

  private func study(
    _ store: StudyStore, fixed: [String: String] = [:], objective: TwoRankings = TwoRankings(), repeats: [Int] = []
  ) async throws -> Study {
    let (definition, cells) = try makeStudy("a choice [1,2,3,4]", fixed: fixed, metric: "mrr@50")
    let study = try store.createOrContinue(definition, cells: cells).study
    func run() async throws {
      _ = try await StudyRunner(store: store, study: study, objective: objective, workers: 1, onEvent: { _ in }).run()
    }
    try await run()
    if !repeats.isEmpty {
      #expect(try store.addRepeats(of: repeats, count: 2, in: study) == 2 * repeats.count)
      try await run()
    }
    return study
  }

  @Test func `A leaderboard in the other ranking has its values, order and seeds`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await study(store, repeats: [1])
    let own = try store.leaderboard(of: study)
    #expect(own.rows.map(\.trial) == [1, 2, 3, 4])
    #expect(own.ranking.statement == nil)
    let other = try store.leaderboard(of: study, LeaderboardQuery(isRepeatable: false))
    #expect(other.rows.map(\.trial) == [4, 3, 2, 1])
    for row in other.rows {
      let value = TwoRankings.value(TwoRankings.other(row.trial, 0))
      #expect(row.value == value && row.metrics.count == 2)
      #expect(row.metrics.allSatisfy { $0.value == value })
      #expect(row.certainty.map { ($0.interval.low...$0.interval.high).contains(value) } == true)
      let seeds = row.trial == 1 ? [1, 2].map { TwoRankings.value(TwoRankings.other(1, $0)) } : []
      #expect(row.repeatedValues == seeds)
    }
    let statement =
      "Ranked without items that the user had had before (repeatable=False). "
      + "Each trial's epoch was chosen with them (the study's repeatable=True)."
    #expect(other.text(.table).contains("\n\(statement)\n") && other.text(.markdown).contains("\n\(statement)\n"))
    #expect(other.text(.json).contains("\n  \"repeatable\": false,\n"))
    let lines = other.text(.csv).split(separator: "\n")
    #expect(lines[0].hasSuffix(",repeatable"))
    #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",false") })
    let named = try store.leaderboard(of: study, LeaderboardQuery(isRepeatable: true))
    #expect(named.rows == own.rows)
    #expect(named.text(.table).contains("\nRanked among all items (repeatable=True).\n"))
    for format in Leaderboard.Format.allCases { #expect(!own.text(format).contains("epeatable")) }
  }

  @Test func `Another metric is sorted by in the other ranking`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await study(store)
    let board = try store.leaderboard(of: study, LeaderboardQuery(sort: "test.hit@1", isRepeatable: false))
    #expect(board.rows.map(\.trial) == [4, 1, 2, 3])
    let values = board.rows.compactMap { row in row.metrics.first { $0.fullName == "test.hit@1" }?.value }
    let shares: [Double] = [2, 1, 1, 1]
    #expect(values == shares.map { $0 / 3 })
  }

  @Test func `Comparisons and charts take the other ranking, too`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await study(store)
    let trials = try store.finishedTrials(of: study, metric: nil, split: "test", isRepeatable: false)
    for trial in trials.trials {
      let expected: [Double] = TwoRankings.other(trial.number, 0).map { 1 / Double($0) }
      #expect(trial.values == expected)
    }
    let comparison = try ComparisonDocument(trials, trials.trial(1), trials.trial(4))
    #expect(comparison.repeatable == false && comparison.firstValue == TwoRankings.value(TwoRankings.other(1, 0)))
    #expect(try ImportanceDocument(trials).repeatable == false)
    let usual = try store.finishedTrials(of: study, metric: nil, split: "test")
    #expect(try !JSONText.of(ComparisonDocument(usual, usual.trial(1), usual.trial(2))).contains("repeatable"))
    let chart = try store.chart(of: study, isRepeatable: false)
    let values: [Double] = (1...4).map { TwoRankings.value(TwoRankings.other($0, 0)) }
    #expect(chart.trials.map(\.value) == values)
    #expect(chart.ranking?.hasPrefix("Ranked without items that the user had had before") == true)
    #expect(try store.chart(of: study).ranking == nil)
  }

  @Test func `A study that is tuned without seen items says so everywhere, and has the other ranking, too`()
    async throws
  {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await study(store, fixed: ["repeatable": "false"])
    let own = try store.leaderboard(of: study)
    let statement = "Ranked without items that the user had had before (repeatable=False)."
    #expect(own.text(.table).contains("\n\(statement)\n"))
    #expect(try store.chart(of: study).ranking == statement)
    let other = try store.leaderboard(of: study, LeaderboardQuery(isRepeatable: true))
    #expect(other.rows.map(\.trial) == [4, 3, 2, 1])
    #expect(
      other.text(.table).contains(
        "\nRanked among all items (repeatable=True). Each trial's epoch was chosen without items that the user had had "
          + "before (the study's repeatable=False).\n"))
  }

  @Test func `Trials of earlier versions have one ranking, and reports say so`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await study(store, objective: TwoRankings(hasOther: false))
    #expect(try store.leaderboard(of: study).rows.count == 4)
    for question in [
      { _ = try store.leaderboard(of: study, LeaderboardQuery(isRepeatable: false)) },
      { _ = try store.chart(of: study, isRepeatable: false) },
      { _ = try store.finishedTrials(of: study, metric: nil, split: "test", isRepeatable: false) },
    ] {
      #expect(
        throws: ReportError(
          location: "--repeatable",
          problem: "found False, and ranks of toy for True only, since an earlier version has run it; "
            + "expected no --repeatable, or a study that this version has run")
      ) { try question() }
    }
    // A trial that this version has run since.
    let bytes = TwoRankings.other(3, 0).map { "0\($0)00" }.joined()
    #expect(try sqlite(folder.database, "UPDATE user_rank SET other_ranks = X'\(bytes)' WHERE trial_id = 3") == "")
    let board = try store.leaderboard(of: study, LeaderboardQuery(isRepeatable: false))
    #expect(board.rows.map(\.trial) == [3, 1, 2, 4])
    #expect(board.rows[0].value != nil && board.rows.dropFirst().allSatisfy { $0.value == nil })
    let first = try store.leaderboard(of: study, LeaderboardQuery(top: 1, isRepeatable: false))
    #expect(first.text(.table).contains("3 completed trials have no value in this ranking"))
    let trials = try store.finishedTrials(of: study, metric: nil, split: "test", isRepeatable: false)
    #expect(trials.trials.map(\.number) == [3] && trials.unranked == [1, 2, 4])
    #expect(throws: ReportError.self) { try trials.trial(1) }
    #expect(trials.statement?.hasSuffix("has run them.") == true)
    #expect(
      board.text(.table).contains(
        "\n3 completed trials have no value in this ranking: "
          + "an earlier version, which recorded the other one only, has run them.\n"))
  }
}

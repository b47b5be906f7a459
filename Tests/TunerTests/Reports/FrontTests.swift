import Literals
import Testing

@testable import Tuner

/// The trials that no other beats in both metric and cost, and leaderboards of metrics of all users together.
@Suite struct FrontTests {
  /// Whether a trial is at least as good in both, and better in one.
  private static func beats(_ a: Leaderboard.Bargain, _ b: Leaderboard.Bargain, _ direction: Direction) -> Bool {
    !direction.prefers(b.value, to: a.value) && a.cost <= b.cost
      && (direction.prefers(a.value, to: b.value) || a.cost < b.cost)
  }

  @Test(arguments: [Direction.maximize, .minimize], 0..<20)
  func `The front is what comparing all pairs leaves`(direction: Direction, seed: Int) {
    var generator = SplitMix64(UInt64(seed), 7)
    // Few values, so that many are equal.
    let trials = (0..<(seed * 3)).map { number in
      Leaderboard.Bargain(
        trial: number, value: Double(generator.next() % 6), cost: Double(generator.next() % 6))
    }
    let plain = trials.filter { trial in !trials.contains { Self.beats($0, trial, direction) } }.map(\.trial)
    #expect(Leaderboard.front(trials, direction) == Set(plain))
  }

  /// The first three trials have values of two metrics and costs; the fourth diverges.
  private struct Priced: Objective {
    static let gini = [0.5, 0.3, 0.4, 0.2]
    static let ndcg = [0.3, 0.2, 0.3, 0.4]
    static let costs = [2.0, 3, 4, 1]

    func cost(of hyperparameters: Hyperparameters) -> TrialCost? {
      hyperparameters["a"]?.double.map { TrialCost(perEpoch: Self.costs[Int($0) - 1] * 1e12, epochs: 1) }
    }

    func run(_ trial: RunningTrial) throws -> TrialOutcome {
      guard trial.number < 4 else { return .diverged(epoch: 1, message: "it grew") }
      let (gini, ndcg) = (Self.gini[trial.number - 1], Self.ndcg[trial.number - 1])
      try trial.report(
        epoch: 1, values: [("valid.giniindex@10", gini), ("valid.ndcg@10", ndcg)], checkpoint: nil, isLast: true)
      return .completed(
        TrialResult(
          bestEpoch: 1, bestValue: gini,
          metrics: ["valid", "test"].flatMap { split in
            [("giniindex@10", gini), ("ndcg@10", ndcg)].map { SplitMetric(split: split, name: $0, value: $1) }
          }, ranks: ["valid": [1, 2], "test": [3, 4]], otherRanks: ["valid": [1, 1], "test": [2, 2]], weights: nil))
    }
  }

  private func finished() async throws -> (Folder, StudyStore, Study) {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,3,4]", metric: "giniindex@10")
    let study = try store.createOrContinue(definition, cells: cells, cost: Priced().cost).study
    _ = try await StudyRunner(store: store, study: study, objective: Priced(), workers: 1).run()
    return (folder, store, study)
  }

  @Test func `Each metric ranks in its own direction, and the front follows it`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    func board(_ sort: String?) throws -> Leaderboard {
      try store.leaderboard(of: study, LeaderboardQuery(sort: sort, marksFront: true))
    }
    let own = try board(nil)
    #expect(own.rows.map(\.trial) == [2, 3, 1, 4] && own.direction == .minimize)
    #expect(own.rows.map(\.isOnFront) == [true, false, true, false])
    #expect(try board("-giniindex@10").rows.map(\.trial) == [1, 3, 2, 4])
    #expect(try board("test.giniindex@10").rows.map(\.trial) == [2, 3, 1, 4])
    let ndcg = try board("ndcg@10")
    #expect(ndcg.rows.map(\.trial) == [1, 3, 2, 4])
    #expect(ndcg.rows.map(\.isOnFront) == [true, false, false, false])
    #expect(ndcg.rows[0].certainty != nil && own.rows[0].certainty == nil)
    #expect(try board("-test.ndcg@10").rows.map(\.trial) == [2, 3, 1, 4])
    // Listed by another column, they keep their marks.
    #expect(try board("tflop").rows.first { $0.trial == 1 }?.isOnFront == true)
    let top = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false, marksFront: true))
    #expect(top.rows.map(\.isOnFront) == [true])
    #expect(try store.leaderboard(of: study).rows.allSatisfy { $0.isOnFront == nil })
    #expect(try store.best(in: study)?.trial == 2)
  }

  @Test func `Every format marks the front, and only where it was asked for`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let marked = try store.leaderboard(of: study, LeaderboardQuery(marksFront: true))
    let plain = try store.leaderboard(of: study)
    let legend =
      "* on the front of giniindex@10 and TFLOP: no other completed trial is better in one and at least as good in the "
      + "other"
    for format in [Leaderboard.Format.table, .markdown] {
      #expect(marked.text(format).contains("front") && marked.text(format).contains(legend))
      #expect(!plain.text(format).contains("front"))
      #expect(
        plain.text(format).contains(
          "giniindex@10 is measured over the lists of all users together, so it has no interval and no mark of ties."))
    }
    let rows = marked.text(.csv).split(separator: "\n")
    #expect(rows.map { $0.split(separator: ",").last } == ["on_front", "true", "false", "true", "false"])
    #expect(!plain.text(.csv).contains("on_front") && !plain.text(.json).contains("on_front"))
    #expect(marked.text(.json).split(separator: "\"on_front\":true").count == 3)
    let column = try marked.text(.table, columns: marked.selection(ofColumns: ["front"]))
    #expect(column.split(separator: "\n")[1].hasSuffix("*"))
  }

  @Test func `What does not follow from ranks is not shown in the other ranking, nor compared`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    for sort in [nil, "tflop", "test.giniindex@10"] {
      let error = #expect(throws: ReportError.self) {
        try store.leaderboard(of: study, LeaderboardQuery(sort: sort, isRepeatable: false))
      }
      #expect(error?.description.contains("giniindex@10, which is measured in the study's own ranking only") == true)
    }
    let other = try store.leaderboard(of: study, LeaderboardQuery(sort: "ndcg@10", isRepeatable: false))
    let gini = other.rows.flatMap(\.metrics).filter { $0.name == "giniindex@10" }
    #expect(!gini.isEmpty && gini.allSatisfy { $0.value == nil })
    #expect(
      other.text(.table).contains("Measured in the study's own ranking only, and not shown here: giniindex@10.\n"))
    let error = #expect(throws: ReportError.self) { try store.finishedTrials(of: study, metric: nil, split: "valid") }
    #expect(
      error?.description
        == "--metric: found 'giniindex@10', which is measured over the lists of all users together; expected hit, recall, "
        + "mrr, map, ndcg or precision with a cut-off, such as ndcg@10")
    #expect(throws: ReportError.self) { try store.comparison(of: 1, and: 2, in: study) }
    #expect(try store.importance(of: study).effects == nil)
  }
}

import Foundation
import Literals
import Testing

@testable import Tuner

/// Searches that propose, end early, repeat and choose their order, with a real store and real workers.
@Suite struct SearchTests {
  private static func run(
    _ definition: StudyDefinition, _ cells: [Hyperparameters], in store: StudyStore, _ objective: Toy = Toy(epochs: 2),
    workers: Int = 1, limits: RunLimits = RunLimits(), stop: StopController = StopController(), log: Log = Log(),
    retriesFailed: Bool = false
  ) async throws -> (study: Study, outcome: RunOutcome) {
    let study = try store.createOrContinue(
      definition, cells: cells, retriesFailed: retriesFailed, cost: objective.cost
    ).study
    let outcome = try await StudyRunner(
      store: store, study: study, objective: objective, workers: workers, limits: limits, stop: stop, onEvent: log.add
    ).run()
    return (study, outcome)
  }

  // MARK: - Proposals

  private static func proposing(
    _ limit: Int, _ space: String = "a uniform 0,1\nb choice ['x','y']"
  ) -> StudyDefinition {
    StudyDefinition(
      name: "toy", model: "Toy", dataset: "toys", datasetHash: "d", searchSpace: space, fixedConfiguration: [],
      invocation: "{}", numericVersion: 1, sampler: .tpe, trialLimit: limit, seed: 7, metric: "mrr@10")
  }

  @Test func `Proposals depend on the seed and the record, so that a search that is resumed goes on alike`()
    async throws
  {
    let whole = Folder()
    let store = try StudyStore(writing: whole.database)
    let (study, outcome) = try await Self.run(Self.proposing(30), [], in: store)
    #expect(outcome == .finished)
    let board = try store.leaderboard(of: study).text(.csv)
    #expect(board.split(separator: "\n").count == 31)

    let parts = Folder()
    let second = try StudyStore(writing: parts.database)
    var rounds = 0
    for limit in [12, 12, 30, 30, 30, 30, 30, 30, 30, 30] {
      rounds += 1
      let stop = StopController()
      let toy = Toy.stopping(stop, inEpoch: 13, epochs: 2)
      let ended = try await Self.run(Self.proposing(limit), [], in: second, toy, stop: stop).outcome
      if limit == 30, ended == .finished { break }
    }
    #expect(rounds > 4)
    #expect(try second.leaderboard(of: #require(try second.study())).text(.csv) == board)
  }

  @Test func `Proposals find better points than draws do`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    // With one worker, the proposals are always the same.
    let study = try await Self.run(Self.proposing(40), [], in: store).study
    let rows = try store.leaderboard(of: study).rows
    #expect(rows.count == 40)
    let late = rows.filter { $0.trial > 20 && $0.hyperparameters["b"] == .text("y") }
    #expect(late.count > 12)
    #expect((rows.first?.hyperparameters["a"]?.double ?? 0) > 0.95)
  }

  @Test func `A finite space ends when every cell was proposed, whatever had been tried before`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let space = "a choice [1,2,3,4]\nb choice ['x','y']"
    var grid = Self.proposing(8, space)
    grid.sampler = .grid
    grid.trialLimit = nil
    let stop = StopController()
    let cells = try SearchSpace(parsing: space, file: "x").grid()
    let toy = Toy(epochs: 2) { trial, _ in if trial.number == 3 { stop.requestStop() } }
    #expect(try await Self.run(grid, cells, in: store, toy, stop: stop).outcome == .interrupted)
    let (study, outcome) = try await Self.run(Self.proposing(100, space), [], in: store, workers: 2)
    #expect(outcome == .finished)
    let rows = try store.leaderboard(of: study).rows
    #expect(Set(rows.map(\.hyperparameters.canonical)).count == 8 && rows.count == 8)
    #expect(try sqlite(folder.database, "SELECT max(attempt), min(attempt) FROM trial") == "2|1\n")
    #expect(try store.studies()[0].isOver)
  }

  /// With several workers, how many trials go on depends on who comes when.
  @Test(arguments: [1, 4])
  func `Proposals and successive halving work together`(workers: Int) async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    var definition = Self.proposing(60)
    definition.pruner = Pruner(.asha, promotesEarly: true)
    let (study, outcome) = try await Self.run(definition, [], in: store, Toy(epochs: 27), workers: workers)
    #expect(outcome == .finished)
    #expect(try store.pruningContradictions(in: study).isEmpty)
    let counts = try store.counts(of: study)
    #expect(counts.total == 60 && counts.completed > 0 && counts.pruned > (workers == 1 ? 40 : 0))
    #expect((try store.leaderboard(of: study).rows.first?.hyperparameters["a"]?.double ?? 0) > 0.8)
  }

  // MARK: - Ends

  /// Values by trial, and how many trials a limit of ten or one leaves; from RecBole's documented cases.
  @Test(arguments: [
    ([24] + Array(repeating: 1, count: 23), 10, 10), ([1, 2, 3] + Array(repeating: 2, count: 21), 10, 13),
    ([5, 1, 1, 1], 1, 2), (Array(1...24), 10, 24), ([3, 3, 3, 3, 3, 3], 4, 4), ([1, 1, 2, 2, 2, 2], 3, 6),
  ])
  func `A search without improvement ends where the reference's does, for any number of workers`(
    values: [Int], limit: Int, expected: Int
  ) async throws {
    var boards: Set<String> = []
    for workers in [1, 2, 8] {
      let folder = Folder()
      let store = try StudyStore(writing: folder.database)
      var (definition, cells) = try makeStudy("a choice [\((1...values.count).map { "\($0)" }.joined(separator: ","))]")
      definition.earlyStop = limit
      let objective = Valued(values: values)
      let opening = try store.createOrContinue(definition, cells: cells)
      let outcome = try await StudyRunner(
        store: store, study: opening.study, objective: objective, workers: workers
      ).run()
      let board = try store.leaderboard(of: opening.study)
      #expect(board.rows.map(\.trial).sorted() == Array(1...expected))
      #expect(outcome == (expected < values.count || limit == 3 ? .endedEarly(trial: expected) : .finished))
      boards.insert(board.text(.csv))
      let again = try store.createOrContinue(definition, cells: cells)
      #expect(again.added == 0 && again.shelved == 0 && again.restored == 0)
      definition.earlyStop = nil
      #expect(try store.createOrContinue(definition, cells: cells).restored == values.count - expected)
    }
    #expect(boards.count == 1)
  }

  @Test func `A target ends the search with the trial that reached it, trained to its end`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,3,4,5,6,7,8]")
    let target = MetricTarget(metric: "mrr@10", threshold: 4, includesThreshold: true)
    let limits = RunLimits(target: target)
    // 7 / 7 an epoch: trial 7 has 4 after epoch 4 of 8.
    let (study, outcome) = try await Self.run(
      definition, cells, in: store, Toy(epochs: 8), workers: 1, limits: RunLimits(target: target))
    #expect(outcome == .reachedTarget(trial: 4))
    #expect(try store.leaderboard(of: study).rows.first?.trial == 4)
    #expect(try store.counts(of: study).pending == 4)
    let log = Log()
    #expect(
      try await Self.run(definition, cells, in: store, Toy(epochs: 8), limits: limits, log: log).outcome
        == .reachedTarget(trial: 4))
    #expect(log.started().isEmpty)
    #expect(try await Self.run(definition, cells, in: store, Toy(epochs: 8)).outcome == .finished)
  }

  @Test func `When the time is up, trials wait with their state`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,3]")
    // However late the end of the time is noticed, no trial ends before it.
    let slow = Toy(epochs: 200) { trial, epoch in
      while epoch == 5, !trial.shouldStop { Thread.sleep(forTimeInterval: 0.02) }
    }
    let limits = RunLimits(deadline: .now + .milliseconds(500))
    let (study, outcome) = try await Self.run(definition, cells, in: store, slow, workers: 2, limits: limits)
    #expect(outcome == .timedOut)
    #expect(try store.counts(of: study).pending == 3)
    #expect(try await Self.run(definition, cells, in: store, Toy(epochs: 200)).outcome == .finished)
    // No epoch was trained twice.
    #expect(
      try sqlite(folder.database, "SELECT count(*) FROM observation WHERE metric = 'train.loss'") == "600\n")
  }

  // MARK: - Again

  @Test func `Failed trials run again when asked to, and what had happened stays with their attempts`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,17]")
    let broken = Toy(epochs: 2) { trial, _ in if trial.number == 2 { throw ToyError.unlucky } }
    let study = try await Self.run(definition, cells, in: store, broken).study
    #expect(try store.counts(of: study).failed == 1)
    let log = Log()
    _ = try await Self.run(definition, cells, in: store, log: log)
    #expect(log.started().isEmpty)
    let (_, outcome) = try await Self.run(definition, cells, in: store, log: log, retriesFailed: true)
    #expect(outcome == .finished && log.started() == [2])
    let story = try store.story(of: 2, in: study)
    #expect(story.state == .completed && story.failureMessage == nil)
    #expect(story.attempts.map(\.ending) == ["failed", "completed"])
    #expect(story.attempts[0].note == "13 is unlucky")
  }

  @Test func `Repeats have seeds of their own and do not change the ranking`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    var (definition, cells) = try makeStudy("a choice [1,2,3]")
    definition.repeats = 2
    let study = try await Self.run(definition, cells, in: store).study
    let before = try store.leaderboard(of: study)
    #expect(try store.addRepeats(of: [2, 3], count: 2, in: study) == 4)
    #expect(try await Self.run(definition, cells, in: store, workers: 2).outcome == .finished)
    let after = try store.leaderboard(of: study)
    #expect(after.rows.map(\.trial) == before.rows.map(\.trial) && after.counts == before.counts)
    #expect(try store.weights(of: study)?.trial == 3)
    let seeds = try #require(after.rows[0].overSeeds)
    // Luck adds 0.01 and 0.02 an epoch.
    #expect(seeds.count == 2 && abs(seeds.mean - (6.0 / 7 + 0.03)) < 1e-9)
    #expect(abs((seeds.deviation ?? 0) - 0.02 / 2.0.squareRoot()) < 1e-9)
    #expect(after.rows[2].overSeeds == nil)
    #expect(after.bestOverSeeds?.trial == 3)
    #expect(after.text(.table).contains("2 more seeds"))
    let story = try store.story(of: 5, in: study)
    #expect(story.repeated?.trial == 3 && story.repeated?.seed == 8)
    // None twice, and of fewer the others are put aside only while they are not done.
    #expect(try store.addRepeats(of: [2, 3], count: 2, in: study) == 0)
    #expect(try store.addRepeats(of: [1, 3], count: 1, in: study) == 1)
    definition.repeats = 0
    #expect(try store.createOrContinue(definition, cells: cells).counts.pending == 0)
    definition.repeats = 1
    #expect(try store.createOrContinue(definition, cells: cells).counts.pending == 1)
    // A repeat goes with the trial that it repeats.
    let (other, fewer) = try makeStudy("a choice [1,2]")
    #expect(try store.createOrContinue(other, cells: fewer).counts.total == 4)
  }

  // MARK: - Order

  @Test func `The longest trials of the last ones come first, the others in their order`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let list = (1...12).map { "\($0)" }.joined(separator: ",")
    let (definition, cells) = try makeStudy("a choice [\(list)]")
    let toy = Toy(epochs: 1, costs: { TrialCost(perEpoch: $0["a"] == .integer(12) ? 4 : 1, epochs: 1) })
    let log = Log()
    let study = try await Self.run(definition, cells, in: store, toy, log: log).study
    // Twice the longest is 8 units: after seven trials that much is left.
    #expect(log.started() == [1, 2, 3, 4, 5, 6, 7, 12, 8, 9, 10, 11])
    #expect(try store.leaderboard(of: study).rows.first?.cost == 4)
    #expect(try store.work(of: study) == StudyWork(total: 15, ended: 15))
  }

  @Test func `A shuffled grid starts its trials in the order that the seed decides`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    var (definition, cells) = try makeStudy("a choice [1,2,3,4,5,6,7,8,9]")
    let stop = StopController()
    let two = Toy(epochs: 1) { trial, _ in if trial.number == 2 { stop.requestStop() } }
    #expect(try await Self.run(definition, cells, in: store, two, stop: stop).outcome == .interrupted)
    definition.sampler = .shuffledGrid
    let shuffled = try SearchSpace(parsing: definition.searchSpace, file: "x").shuffledGrid(seed: 7)
    let log = Log()
    #expect(try await Self.run(definition, shuffled, in: store, log: log).outcome == .finished)
    // The trials keep their numbers.
    let order = shuffled.compactMap { cell in cells.firstIndex(of: cell).map { $0 + 1 } }
    #expect(log.started() == order.filter { $0 > 2 })
  }
}

/// Each trial has the value of its place in the list.
private struct Valued: Objective {
  let values: [Int]

  func run(_ trial: RunningTrial) throws -> TrialOutcome {
    // Later trials are faster, so that they end out of order.
    Thread.sleep(forTimeInterval: 0.01 / Double(trial.number))
    let value = Double(values[trial.number - 1])
    try trial.report(epoch: 1, values: [("valid.mrr@10", value)], isLast: true)
    return .completed(
      TrialResult(
        bestEpoch: 1, bestValue: value, metrics: [SplitMetric(split: "valid", name: "mrr@10", value: value)],
        ranks: [:],
        weights: nil))
  }
}

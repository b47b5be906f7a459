import Foundation
import Literals
import Testing

@testable import Tuner

/// Pruning with a real store and real workers, on trials whose order is the same at every epoch.
@Suite struct PruningTests {
  private static let eighty = "a choice [\((1...80).map { "\($0 * 37 % 80 + 100)" }.joined(separator: ","))]"

  private static func study(
    _ pruner: Pruner, _ space: String = eighty, in store: StudyStore
  ) throws -> (study: Study, opening: StudyOpening) {
    var (definition, cells) = try makeStudy(space)
    definition.pruner = pruner
    let opening = try store.createOrContinue(definition, cells: cells)
    return (opening.study, opening)
  }

  @discardableResult
  private static func run(
    _ study: Study, in store: StudyStore, _ objective: Toy = Toy(epochs: 27), workers: Int = 1,
    stop: StopController = StopController(), log: Log = Log()
  ) async throws -> RunOutcome {
    try await StudyRunner(
      store: store, study: study, objective: objective, workers: workers, stop: stop, onEvent: log.add
    ).run()
  }

  /// Epochs that were trained in all, those included that were trained twice.
  private static func epochs(in folder: Folder) throws -> Int {
    Int(try sqlite(folder.database, "SELECT count(*) FROM observation WHERE metric = 'train.loss'").dropLast()) ?? -1
  }

  /// A leaderboard's rows of a run that no pruner touched.
  private static func undisturbed(_ space: String = eighty) async throws -> String {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try study(.none, space, in: store).study
    #expect(try await run(study, in: store, workers: 2) == .finished)
    return try store.leaderboard(of: study).text(.csv)
  }

  /// The epochs of successive halving in which the other workers' trials come to each rung as late as they can.
  ///
  /// One worker trains 80 trials to epoch 1, 26 of them to 3, 8 to 9 and 2 to 27: 216 epochs of 2,160. With more, a worker promotes
  /// the best third of a rung while the others still train; each of their trials that comes late can add one trial to the promoted.
  private static func mostEpochs(workers: Int) -> Int {
    var (trials, epochs) = (80, 80)
    for added in [2, 6, 18] {
      trials = (trials - (workers - 1)) / 3 + workers - 1
      epochs += trials * added
    }
    return epochs
  }

  @Test func `The most epochs are those of the rule for one worker`() { #expect(Self.mostEpochs(workers: 1) == 216) }

  @Test(arguments: [1, 2, 8])
  func `Successive halving trains a tenth of the epochs and ends with the best`(workers: Int) async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try Self.study(Pruner(.asha), in: store).study
    #expect(try await Self.run(study, in: store, workers: workers) == .finished)
    #expect(try (216...Self.mostEpochs(workers: workers)).contains(Self.epochs(in: folder)))
    let board = try store.leaderboard(of: study)
    #expect(board.rows.first?.hyperparameters["a"] == .integer(179))
    #expect(board.rows.first?.state == .completed && board.counts.pruned + board.counts.completed == 80)
    #expect(try store.pruningContradictions(in: study).isEmpty)
    #expect(try store.studies()[0].isOver)
    #expect(try store.studies()[0].best?.trial == board.rows.first?.trial)
    // The same order in the view.
    let order = board.rows.map { "\($0.trial)" }.joined(separator: "\n") + "\n"
    #expect(try sqlite(folder.database, "SELECT trial FROM leaderboard") == order)
  }

  @Test(arguments: [
    Pruner(.asha), Pruner(.hyperband, longest: 27), Pruner(.median), Pruner(.asha, promotesEarly: true),
  ])
  func `Without the pruner, pruned trials end as if they had never been stopped`(pruner: Pruner) async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let pruned = try Self.study(pruner, in: store).study
    #expect(try await Self.run(pruned, in: store, workers: 2) == .finished)
    #expect(try store.pruningContradictions(in: pruned).isEmpty)
    let before = try store.counts(of: pruned)
    #expect(before.pruned > 0 && before.completed > 0)
    #expect(folder.files("studies.sqlite.checkpoints").count == before.pruned)

    let (study, opening) = try Self.study(.none, in: store)
    #expect(opening.counts.pending == before.pruned && opening.added == 0 && opening.restored == 0)
    let log = Log()
    #expect(try await Self.run(study, in: store, workers: 2, log: log) == .finished)
    // Each went on from where it was stopped, and no epoch was trained twice.
    #expect(log.resumed().values.allSatisfy { $0 > 0 })
    #expect(try Self.epochs(in: folder) == 80 * 27)
    #expect(try await store.leaderboard(of: study).text(.csv) == Self.undisturbed())
    #expect(folder.files("studies.sqlite.checkpoints").isEmpty)
  }

  @Test func `Interrupted again and again, the record still follows from its rule and no epoch is lost`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try Self.study(Pruner(.asha), in: store).study
    var rounds = 0
    while rounds < 200 {
      rounds += 1
      let stop = StopController()
      let toy = Toy.stopping(stop, inEpoch: 9, epochs: 27)
      if try await Self.run(study, in: store, toy, workers: 2, stop: stop) == .finished { break }
      #expect(try store.counts(of: study).running == 0)
    }
    #expect((10..<200).contains(rounds))
    #expect(try store.pruningContradictions(in: study).isEmpty)
    #expect(try (216...Self.mostEpochs(workers: 2)).contains(Self.epochs(in: folder)))
    #expect(
      try sqlite(folder.database, "SELECT count(*) FROM decision WHERE action = 'stop' GROUP BY epoch").split(
        separator: "\n"
      ).first == "80")
    #expect(try store.leaderboard(of: study).rows.first?.hyperparameters["a"] == .integer(179))
  }

  @Test func `A trial that is pruned when its process dies stays pruned, with its checkpoint or when it has it again`()
    async throws
  {
    for keepsCheckpoint in [true, false] {
      let folder = Folder()
      let store = try StudyStore(writing: folder.database)
      let study = try Self.study(Pruner(.asha, firstRung: 3), "a choice [1,2]", in: store).study
      let process = try Sleeper()
      let owner = try #require(StudyStore.owner(ofProcess: process.number))
      let trial = try #require(try store.claim(from: study, owner: owner).trial)
      for epoch in 1...3 {
        let isKept = epoch < 3 || keepsCheckpoint
        let state = Array(String(Double(epoch) / 7).utf8)
        let report = RunningTrial.Report(
          epoch: epoch, values: [("valid.mrr@10", Double(epoch) / 7)], checkpoint: isKept ? state : nil)
        let observed = try store.observe(trial, report, seconds: 1, of: study)
        #expect(observed.isPruned == (epoch == 3))
      }
      process.kill()
      #expect(try store.reclaim(in: study) == [1])
      #expect(
        try sqlite(folder.database, "SELECT state FROM trial WHERE ordinal = 1")
          == (keepsCheckpoint ? "pruned\n" : "pending\n"))
      let log = Log()
      #expect(try await Self.run(study, in: store, Toy(epochs: 9), log: log) == .finished)
      #expect(try store.pruningContradictions(in: study).isEmpty)
      let counts = try store.counts(of: study)
      #expect(counts.pruned == 1 && counts.completed == 1)
      #expect(try sqlite(folder.database, "SELECT count(*) FROM decision WHERE trial_id = 1") == "1\n")
      #expect(try store.story(of: 1, in: study).curve.count == (keepsCheckpoint ? 3 : 4))
      #expect(log.resumed()[1] == (keepsCheckpoint ? nil : 2))
    }
  }

  @Test func `A trial that was stopped and still saves its state keeps its turn to go on`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try Self.study(Pruner(.asha, reductionFactor: 2), "a choice [1,2]", in: store).study
    let trials = try ["1", "2"].map { worker in
      try #require(try store.claim(from: study, owner: store.makeOwner() + worker).trial)
    }
    for (trial, value) in zip(trials, [0.9, 0.2]) {
      let report = RunningTrial.Report(epoch: 1, values: [("valid.mrr@10", value)], checkpoint: [1])
      #expect(try store.observe(trial, report, seconds: 1, of: study).isPruned)
    }
    _ = try store.prune(trials[1], epoch: 1, checkpoint: [2], seconds: 1)
    // A free worker looks for what may go on: that is the better trial, which has not yet come to its stop.
    let claim = try store.claim(from: study, owner: store.makeOwner())
    guard case .wait(running: 1) = claim else {
      Issue.record("\(claim)")
      return
    }
    _ = try store.prune(trials[0], epoch: 1, checkpoint: [3], seconds: 1)
    #expect(try store.claim(from: study, owner: store.makeOwner()).trial?.number == 1)
    #expect(try sqlite(folder.database, "SELECT action FROM decision ORDER BY id") == "stop\nstop\npromote\n")
  }

  @Test func `Trials that were trained before the rule take their places on its rungs`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let first = try Self.study(.none, in: store).study
    let stop = StopController()
    // Three trials end, the fourth is stopped in the middle.
    let toy = Toy(epochs: 27) { trial, epoch in if trial.number == 4, epoch == 11 { stop.requestStop() } }
    #expect(try await Self.run(first, in: store, toy, stop: stop) == .interrupted)
    #expect(try store.counts(of: first).completed == 3)

    let (study, opening) = try Self.study(Pruner(.asha), in: store)
    #expect(opening.counts.pruned == 1 && opening.counts.completed == 3)
    #expect(
      try sqlite(
        folder.database,
        "SELECT group_concat(epoch || ' ' || action, ', ') FROM decision JOIN trial ON trial.id = trial_id WHERE ordinal = 4"
      ) == "1 passed, 3 passed, 9 stop\n")
    #expect(try await Self.run(study, in: store, workers: 2) == .finished)
    #expect(try store.pruningContradictions(in: study).isEmpty)
    #expect(try store.leaderboard(of: study).rows.first?.hyperparameters["a"] == .integer(179))

    // To another rule and back: what was seen stays seen, and the trials wait where they did.
    let waiting = try store.counts(of: study).pruned
    let other = try Self.study(Pruner(.asha, reductionFactor: 4), in: store).study
    #expect(try store.counts(of: other).pruned == waiting)
    let (back, again) = try Self.study(Pruner(.asha), in: store)
    #expect(again.counts.pruned == waiting && again.counts.pending == 0)
    #expect(try store.pruningContradictions(in: back).isEmpty)
    let epochs = try Self.epochs(in: folder)
    #expect(try await Self.run(back, in: store) == .finished)
    #expect(try Self.epochs(in: folder) == epochs)
  }

  @Test func `Failed and diverged trials leave the race, and the next best takes their place`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try Self.study(Pruner(.asha), "a choice [1,2,3,13,17,4,5]", in: store).study
    // The best two fail after the first rung.
    let toy = Toy(epochs: 9) { trial, epoch in
      if epoch > 1, [4, 5].contains(trial.hyperparameters["a"]?.double) { throw ToyError.unlucky }
    }
    #expect(try await Self.run(study, in: store, toy) == .finished)
    #expect(try store.pruningContradictions(in: study).isEmpty)
    let board = try store.leaderboard(of: study)
    #expect(board.rows.first?.state == .completed && board.rows.first?.hyperparameters["a"] == .integer(3))
    #expect(board.failures.count == 3 && board.counts.diverged == 1)
  }

  @Test func `A cell that leaves the space leaves the race, and comes back with it`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let pruner = Pruner(.asha)
    let study = try Self.study(pruner, "a choice [1,2,3,4,5,6]", in: store).study
    #expect(try await Self.run(study, in: store, Toy(epochs: 9)) == .finished)
    let fewer = try Self.study(pruner, "a choice [1,2,3,4]", in: store).study
    #expect(try await Self.run(fewer, in: store, Toy(epochs: 9)) == .finished)
    #expect(try store.pruningContradictions(in: fewer).isEmpty)
    let best = try store.leaderboard(of: fewer).rows.first
    #expect(best?.state == .completed && best?.hyperparameters["a"] == .integer(4))
    let all = try Self.study(pruner, "a choice [1,2,3,4,5,6,7]", in: store).study
    #expect(try await Self.run(all, in: store, Toy(epochs: 9)) == .finished)
    #expect(try store.pruningContradictions(in: all).isEmpty)
    #expect(
      try store.leaderboard(of: all).rows.prefix(3).map { $0.hyperparameters["a"] } == [
        .integer(7), .integer(6), .integer(4),
      ])
    #expect(try store.counts(of: all).total == 7)
  }

  @Test func `Hyperband brings a trial of every bracket to its end`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let pruner = Pruner(.hyperband, longest: 27)
    let study = try Self.study(pruner, in: store).study
    #expect(try await Self.run(study, in: store, workers: 2) == .finished)
    let completed = try store.leaderboard(of: study).rows.filter { $0.state == .completed }.map(\.trial)
    #expect(Set(completed.map { pruner.bracket(of: $0, seed: 7) }) == [0, 1, 2, 3])
    let last = (1...80).filter { pruner.bracket(of: $0, seed: 7) == 3 }
    #expect(Set(last).isSubset(of: completed))
  }

  @Test func `A trial's story tells its rungs`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try Self.study(Pruner(.asha), "a choice [1,2,3]", in: store).study
    #expect(try await Self.run(study, in: store, Toy(epochs: 3)) == .finished)
    let rungs = try store.story(of: 3, in: study).rungs
    #expect(rungs.map(\.decision.action) == [.stop, .promote])
    #expect(rungs.map(\.rank) == [1, 1] && rungs.map(\.count) == [3, 3])
    #expect(rungs[0].pruner == "asha first_rung=1 reduction_factor=3")
    #expect(try store.story(of: 1, in: study).rungs.map(\.rank) == [1])
  }
}

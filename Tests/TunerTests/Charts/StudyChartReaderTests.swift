import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct StudyChartReaderTests {
  @Test(arguments: ["none", "asha first_rung=1 reduction_factor=2"])
  func `Reading again gives the chart that a first reading gives`(pruner: String) async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    var (definition, cells) = try makeStudy("a choice [1,2,13,17]\nb choice ['x','y']")
    definition.pruner = try #require(Pruner(pruner))
    let study = try store.createOrContinue(definition, cells: cells).study
    let reader = StudyChartReader(store, study)
    #expect(try reader.chart() == store.chart(of: study))
    var (end, count): (RunOutcome?, Int) = (nil, 0)
    while end != .finished {
      count += 1
      let stop = StopController()
      let runner = StudyRunner(
        store: store, study: study, objective: Toy.stopping(stop, inEpoch: count, epochs: 4), workers: 1, stop: stop)
      end = try await runner.run()
      let late = try reader.chart(mayLag: true)
      let first = try store.chart(of: study)
      #expect(late.trials.map(\.state) == first.trials.map(\.state))
      #expect(late.trials.map(\.curve) == first.trials.map(\.curve))
      #expect(try reader.chart() == first)
    }
    #expect(try reader.chart().trials.contains { ($0.attempts ?? []).count > 1 })
  }

  @Test func `What a database reads twice is assessed once all the same`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,3,4]")
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() == .finished)
    let reader = StudyChartReader(store, study)
    _ = try reader.read()
    #expect(try reader.chart() == store.chart(of: study))
    #expect(try reader.chart().importance != nil)
  }

  @Test func `A chart tells attempts, losses and where trials stand on the rungs`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    var (definition, cells) = try makeStudy("a choice [1,2,3,4]")
    definition.pruner = try #require(Pruner("asha first_rung=1 reduction_factor=2"))
    let study = try store.createOrContinue(definition, cells: cells).study
    let runner = StudyRunner(store: store, study: study, objective: Toy(epochs: 4), workers: 1)
    #expect(try await runner.run() == .finished)
    let chart = try store.chart(of: study)
    let trials = try store.leaderboard(of: study).rows.count
    #expect(chart.trials.count == trials && trials == 4)
    #expect(chart.pruner == definition.pruner.description)
    #expect(chart.axes?["a"]?.values == ["1", "2", "3", "4"])
    for trial in chart.trials {
      let attempts = try #require(trial.attempts)
      let epochs = try #require(trial.epochs)
      #expect(trial.losses?.map(\.epoch) == Array(1...epochs))
      let ordered = attempts.map { ($0.end ?? -1) >= $0.start && $0.start >= 0 }
      #expect(!ordered.contains(false))
      #expect(attempts.last?.ending == (trial.state == .completed ? "completed" : "pruned"))
      // A trial waits on its last rung, and went on from all before.
      let decisions = (trial.rungs ?? []).map(\.decision)
      #expect(decisions.dropLast().allSatisfy { $0 == "continue" })
      #expect(decisions.last == (trial.state == .completed ? "continue" : "stop"))
    }
    #expect(chart.trials.flatMap { $0.attempts ?? [] }.map(\.start).min() == 0)
    let rungs = try #require(chart.rungs)
    #expect(rungs.first?.entered == 4)
    for (rung, next) in zip(rungs, rungs.dropFirst()) { #expect(rung.wentOn == next.entered) }
  }

  @Test func `Axes are as declared, ranges of logarithms as values`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let space = """
      a choice ['x',2]
      b uniform 0,0.6
      c quniform 16,64,16
      d loguniform -8,-4
      e loguniform_bounds 0.001,0.1
      """
    var (definition, _) = try makeStudy("a choice [1]")
    definition.searchSpace = space
    definition.sampler = .random
    definition.trialLimit = 1
    let cells = [Hyperparameters(["a", "b", "c", "d", "e"].map { .init(name: $0, value: .number(1)) })]
    let axes = try #require(store.chart(of: store.createOrContinue(definition, cells: cells).study).axes)
    #expect(axes["a"]?.kind == "choice" && axes["a"]?.values == ["x", "2"])
    #expect(axes["b"]?.kind == "uniform" && axes["b"]?.low == 0 && axes["b"]?.high == 0.6)
    #expect(axes["c"]?.kind == "quniform" && axes["c"]?.step == 16)
    #expect(axes["d"]?.kind == "loguniform" && axes["d"]?.low == exp(-8))
    #expect(axes["e"]?.kind == "loguniform" && axes["e"]?.high == 0.1)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00.000Z", 0), ("1970-01-02T00:00:01.250Z", 86_401.25), ("2000-02-29T12:00:00.000Z", 951_825_600),
    ("2026-11-28T09:30:12Z", 1_795_858_212), ("2100-03-01T00:00:00.000Z", 4_107_542_400),
  ])
  func `Times are read as seconds`(text: String, seconds: Double) {
    #expect(StoredTime.seconds(text) == seconds)
  }

  @Test(arguments: ["", "2026-11-28", "2026-11-28 09:30:12Z", "2026-11-28T09:30:12", "99999999-11-28T09:30:12Z"])
  func `What is no time has no seconds`(text: String) {
    #expect(StoredTime.seconds(text) == nil)
  }
}

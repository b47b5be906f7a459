import Foundation
import Testing

@testable import Tuner

/// The same studies in SQLite and in PostgreSQL: everything that a report shows is the same.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct TwoDatabasesTests {
  struct Search: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var space = "a choice [1,2,13,3,17,4]\nb choice ['x','y']"
    var change: @Sendable (inout StudyDefinition) -> Void = { _ in }
    var repeats = 0
    /// Whether states are in a folder instead of the server's database.
    var hasFolder = false
  }

  static let searches = [
    Search(testDescription: "a grid"),
    Search(testDescription: "a random search") {
      ($0.sampler, $0.trialLimit) = (.random, 5)
    },
    Search(testDescription: "proposals", space: "a uniform 1,4\nb choice ['x','y']") {
      ($0.sampler, $0.trialLimit) = (.tpe, 12)
    },
    Search(testDescription: "asha") { $0.pruner = Pruner("asha first_rung=1 reduction_factor=2") ?? .none },
    Search(testDescription: "hyperband") {
      $0.pruner = Pruner("hyperband first_rung=1 reduction_factor=2 longest=5") ?? .none
    },
    Search(testDescription: "median") { $0.pruner = Pruner("median first_rung=1") ?? .none },
    Search(testDescription: "an early end") { $0.earlyStop = 3 },
    Search(testDescription: "repeats", change: { $0.repeats = 2 }, repeats: 2),
    Search(
      testDescription: "asha, with states in a folder",
      change: { $0.pruner = Pruner("asha first_rung=1 reduction_factor=2") ?? .none }, hasFolder: true),
  ]

  @Test(arguments: searches)
  func `A study has the same reports, record and files in both`(search: Search) async throws {
    let folder = Folder()
    let uri = try PostgreSQLServer.shared.newDatabase()
    let checkpoints = search.hasFolder ? folder.path + "/shared" : nil
    let stores = [
      try StudyStore(writing: folder.database), try StudyStore(writing: uri, checkpoints: checkpoints),
    ]
    var texts: [[String]] = []
    for store in stores {
      let study = try await Self.start(search, in: store)
      try await Self.finish(search, study, in: store)
      texts.append(try Self.reports(store))
    }
    for (file, server) in zip(texts[0], texts[1]) { #expect(file == server) }
    #expect(texts[0].count == texts[1].count && texts[0].count > 10)
    let reader = try StudyStore(reading: uri, checkpoints: checkpoints)
    #expect(try Self.reports(reader) == texts[1])
    let weights = try (stores + [reader]).map { store in
      let study = try #require(try store.study())
      let kept = try #require(try store.weights(of: study))
      #expect(kept.isPresent == true)
      return try store.states.weights(of: study.id).read(kept.location)
    }
    #expect(weights[0] == weights[1] && weights[0] == weights[2] && !weights[0].isEmpty)
    #expect(folder.files("shared").contains { $0.contains(".weights/") } == search.hasFolder)
    let states = try PostgreSQLSession(uri).execute("SELECT count(*) FROM saved_state").rows
    #expect((states == [[.integer(0)]]) == search.hasFolder)
    for store in stores {
      let verification = try store.verify()
      // The toy's metrics do not follow from its ranks.
      let checks = (verification.database + verification.studies.flatMap(\.checks)).filter { $0.name != "results" }
      let problems = checks.flatMap(\.problems)
      #expect(problems.isEmpty, "\(problems)")
    }
  }

  /// Runs a study until it is interrupted in its seventh epoch, so that attempts and states are compared, too.
  static func start(_ search: Search, in store: StudyStore) async throws -> Study {
    var (definition, _) = try makeStudy("a choice [1]")
    definition.searchSpace = search.space
    search.change(&definition)
    let space = try SearchSpace(parsing: search.space, file: "hyper.test")
    let cells =
      switch definition.sampler {
      case .random: RandomSampler(space, seed: definition.seed).draws(definition.trialLimit ?? 0) { _ in true }
      case .tpe: [Hyperparameters]()
      default: try space.grid()
      }
    let study = try store.createOrContinue(definition, cells: cells).study
    let stop = StopController()
    _ = try await StudyRunner(
      store: store, study: study, objective: Toy.stopping(stop, inEpoch: 7), workers: 1, stop: stop
    ).run()
    return study
  }

  /// Runs it to its end.
  static func finish(_ search: Search, _ study: Study, in store: StudyStore) async throws {
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() != .interrupted)
    guard search.repeats > 0 else { return }
    _ = try store.addRepeats(of: [1, 2], count: search.repeats, in: study)
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() == .finished)
  }

  /// Everything that reports show, without times.
  static func reports(_ store: StudyStore) throws -> [String] {
    let study = try #require(try store.study())
    var texts = ["\(try store.counts(of: study))", "\(try store.work(of: study))", "\(try store.isOver(study))"]
    let board = try store.leaderboard(of: study)
    texts += [board.text(.csv), board.text(.json), "\(board.failures)"]
    let chart = try store.chart(of: study)
    texts += chart.trials.map {
      "\($0.number) \($0.state) \(String(describing: $0.value)) \($0.curve) \($0.metrics.map { "\($0)" }.sorted())"
    }
    for trial in 1...(try store.counts(of: study).total) {
      let story = try store.story(of: trial, in: study)
      texts.append("\(story.state) \(story.hyperparameters) \(story.curve) \(story.metrics) \(story.isShelved)")
      texts += story.attempts.map { "\($0.number) \($0.ending ?? "") \($0.fromEpoch) \($0.note ?? "")" }
      texts += story.rungs.map { "\($0.decision) \($0.rank ?? 0) \($0.count ?? 0)" }
      texts.append("\(try store.ranks(of: trial, split: "test", in: study) ?? [])")
    }
    return texts
  }
}

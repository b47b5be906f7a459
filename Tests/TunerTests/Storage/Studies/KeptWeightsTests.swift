import Foundation
import Testing

@testable import Tuner

/// Studies that keep the weights of several trials.
@Suite struct KeptWeightsTests {
  private static func study(keeping count: Int?) throws -> (definition: StudyDefinition, cells: [Hyperparameters]) {
    var (definition, cells) = try makeStudy("a choice [3,1,5,2,6,4]")
    if let count { definition.invocation = #"{"paramsFile":"x","plan":{"keepWeights":\#(count)}}"# }
    return (definition, cells)
  }

  /// Runs a study to its end, with two more seeds of some trials.
  private static func run(
    _ store: StudyStore, keeping count: Int?, repeating numbers: [Int] = []
  ) async throws -> Study {
    let (definition, cells) = try study(keeping: count)
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: store, study: study, objective: Toy(epochs: 2), workers: 2).run()
    if !numbers.isEmpty, try store.addRepeats(of: numbers, count: 2, in: study) > 0 {
      _ = try await StudyRunner(store: store, study: study, objective: Toy(epochs: 2), workers: 2).run()
    }
    return study
  }

  /// What the check of weights finds; other checks know that a toy's metrics do not follow from its ranks.
  private static func problems(_ store: StudyStore) throws -> [Verification.Finding] {
    try store.verify().studies.flatMap(\.checks).filter { $0.name == "weights" }.flatMap(\.problems)
  }

  private static func files(_ folder: Folder) -> [String] {
    folder.files("studies.sqlite.weights/1").map {
      $0.replacing("trial-", with: "").replacing(".safetensors", with: "")
    }
  }

  @Test func `The best trials and their repeats have weights, and the others have none`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    // By a, the order of the trials is 5, 3, 6, 1, 4, 2.
    let study = try await Self.run(store, keeping: 2, repeating: [5, 6])
    #expect(try store.bestTrials(3, of: study) == [5, 3, 6])
    let repeats = try store.repeats(of: 5, in: study)
    #expect(repeats.count == 2)
    #expect(Set(Self.files(folder)) == Set(([5, 3] + repeats).map(String.init)))
    for trial in [5, 3] + repeats { #expect(try store.savedWeights(of: study, trial: trial) != nil) }
    for trial in [6, 1] + (try store.repeats(of: 6, in: study)) {
      #expect(try store.savedWeights(of: study, trial: trial) == nil)
    }
    let own = try #require(try store.savedWeights(of: study, trial: 3))
    #expect(String(decoding: own.bytes, as: UTF8.self).hasPrefix("weights 1.42857"))
    #expect(try store.weights(of: study)?.trial == 5)
    #expect(try Self.problems(store) == [])
    #expect(
      try store.delete(study) == StudyParts(name: "toy", trials: 10, checkpoints: 0, weightsOfTrial: 5, otherWeights: 3)
    )
    #expect(Self.files(folder).isEmpty)
  }

  @Test(arguments: [nil, 1, 0, -3, 1_000_000])
  func `Without a number, and with one that is not possible, only the best trial has weights`(count: Int?) async throws
  {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await Self.run(store, keeping: count, repeating: [5])
    #expect(study.definition.keptWeights == 1)
    #expect(Self.files(folder) == ["5"])
    #expect(try Self.problems(store) == [])
  }

  @Test func `A smaller number drops weights when the study is continued, and a larger one misses none`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await Self.run(store, keeping: 4)
    #expect(Set(Self.files(folder)) == ["5", "3", "6", "1"])
    for (count, kept) in [(2, ["5", "3"]), (5, ["5", "3"]), (nil, ["5"])] as [(Int?, Set<String>)] {
      let (definition, cells) = try Self.study(keeping: count)
      _ = try store.createOrContinue(definition, cells: cells)
      #expect(Set(Self.files(folder)) == kept, "\(String(describing: count))")
      #expect(try Self.problems(store) == [])
    }
    #expect(try store.study(named: study.name)?.definition.keptWeights == 1)
  }

  @Test func `Trials that leave the search space keep their weights, and find them when they return`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    _ = try await Self.run(store, keeping: 2)
    #expect(Set(Self.files(folder)) == ["5", "3"])
    for (space, count, kept) in [
      // Without the best trial, the third one is the second best; its weights were not kept.
      ("a choice [3,1,5,2,4]", 2, ["5", "3"]), ("a choice [3,1,2,4]", 2, ["5", "3"]),
      ("a choice [3,1,2,4]", 1, ["5", "3"]), ("a choice [3,1,5,2,6,4]", 2, ["5", "3"]),
      ("a choice [3,1,5,2,6,4]", 1, ["5"]),
    ] as [(String, Int, Set<String>)] {
      let cells = try SearchSpace(parsing: space, file: "hyper.test").grid()
      var definition = try Self.study(keeping: count).definition
      definition.searchSpace = space
      _ = try store.createOrContinue(definition, cells: cells)
      #expect(Set(Self.files(folder)) == kept, "\(space) \(count)")
      #expect(try Self.problems(store) == [], "\(space) \(count)")
    }
  }

  @Test func `Weights that do not belong to the best trials are found`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    _ = try await Self.run(store, keeping: 2)
    _ = try sqlite(folder.database, "UPDATE weights SET trial_id = 2 WHERE trial_id = 3")
    let problems = try Self.problems(store)
    #expect(problems.map(\.place) == ["trial 2"] && problems[0].expected.contains("the best 2 trials"), "\(problems)")
    _ = try sqlite(folder.database, "DELETE FROM weights WHERE trial_id = 5")
    #expect(
      try Self.problems(store).contains {
        $0.place == "trial 5" && $0.found == "no weights, although it is the best trial"
      })
  }

  @Test func `A copy has all weights`() async throws {
    let (folder, other) = (Folder(), Folder())
    let store = try StudyStore(writing: folder.database)
    let study = try await Self.run(store, keeping: 3, repeating: [5])
    let copy = try StudyCopy(of: study, in: store, to: other.database) { try StudyStore(writing: other.database) }
    let parts = try copy.run()
    #expect(parts.weightsOfTrial == 5 && parts.otherWeights == 4)
    #expect(Self.files(other) == Self.files(folder))
    #expect(try copy.target.study(named: "toy")?.definition.keptWeights == 3)
    #expect(try Self.problems(copy.target) == [])
  }
}

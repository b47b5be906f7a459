import Foundation
import Testing

@testable import Tuner

/// The life of a trial.
@Suite struct TrialTransitionTests {
  @Test func `The documents have the steps that the program has`() throws {
    let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: home.appendingPathComponent("docs/architecture.md"), encoding: .utf8)
    let rows = TrialTransition.allCases.map { step in
      "| `\(step.rawValue)` | \(step.from.map(\.rawValue).joined(separator: ", ")) | \(step.to.rawValue) |"
    }
    let found = text.split(separator: "\n").filter { line in
      line.hasPrefix("| `") && TrialState.allCases.contains { line.contains("| \($0.rawValue) |") }
    }
    #expect(
      found.map { $0.split(separator: "|").prefix(3).map { String($0) }.joined(separator: "|") }
        == rows.map {
          $0.split(separator: "|").prefix(3).map { String($0) }.joined(separator: "|")
        })
  }

  @Test func `Every state can be reached and left, but for the ones that are final`() {
    let reached = Set(TrialTransition.allCases.map(\.to))
    #expect(reached == Set(TrialState.allCases))
    let left = Set(TrialTransition.allCases.flatMap(\.from))
    #expect(left == [.pending, .running, .pruned, .failed])
  }

  @Test func `A step changes only trials that are where it begins`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let trial = try #require(try store.claim(from: study, owner: store.makeOwner()).trial)
    func apply(_ step: TrialTransition) throws -> Int {
      try store.transaction { db in try StudyStore.apply(step, where: "study_id = ?", [study.id], db) }
    }
    #expect(trial.number == 1)
    #expect(try apply(.retry) == 0 && apply(.leaveRung) == 0)
    #expect(try apply(.waitOnRung) == 1)
    #expect(try apply(.interrupt) == 1)
    let states = try sqlite(folder.database, "SELECT group_concat(state || ' ' || attempt) FROM trial")
    #expect(states == "pending 1,pruned 0\n")
    let attempts = try store.transaction { db in
      try [trial.id, 2, trial.id].map { try StudyStore.start($0, owner: "x", db)?["attempt"] as Int? }
    }
    #expect(attempts == [2, 1, nil])
  }
}

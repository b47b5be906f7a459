import Foundation
import Testing

@testable import Tuner

@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct SimultaneousOpeningTests {
  @Test func `Eight processes create a study on a server once, and change it one after another`() async throws {
    let (folder, uri) = (Folder(), try PostgreSQLServer.shared.newDatabase())
    for space in ["a choice [1,2,3]", "a choice [3,4,5,6]"] {
      var (definition, _) = try makeStudy("a choice [1]")
      definition.searchSpace = space
      let cells = try SearchSpace(parsing: space, file: "hyper.test").grid()
      let openings = try await withThrowingTaskGroup { [definition] group in
        for _ in 1...8 {
          group.addTask {
            try StudyStore(writing: uri, checkpoints: folder.path).createOrContinue(definition, cells: cells)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(openings.map(\.added).reduce(0, +) == 3)
      #expect(openings.count { $0.isNew } == (space.contains("1") ? 1 : 0))
      #expect(openings.allSatisfy { $0.counts.pending == cells.count })
    }
  }
}

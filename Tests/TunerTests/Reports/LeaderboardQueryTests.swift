import Literals
import Testing
import Tuner

/// Which trials a leaderboard shows, and in what order.
@Suite struct LeaderboardQueryTests {
  /// Trials 1 to 8: a = 1 (trials 1, 2), 2 (3, 4), 13 (failed), 17 (diverged before an epoch ended); each with b = x and y.
  /// The ranking is 4, 3, 2, 1, 7, 8.
  private func finished() async throws -> (Folder, StudyStore, Study) {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,13,17]\nb choice ['x','y']")
    let toy = Toy(epochs: 1, costs: { TrialCost(perEpoch: ($0["a"]?.double ?? 0) * 1e12, epochs: 1) })
    let study = try store.createOrContinue(definition, cells: cells, cost: toy.cost).study
    _ = try await StudyRunner(store: store, study: study, objective: toy, workers: 1).run()
    return (folder, store, study)
  }

  @Test(arguments: [
    (["a>=2", "b=x"], [3, 7], [5]), (["a in 1,13"], [2, 1], [5, 6]), (["state=completed"], [4, 3, 2, 1], []),
    (["state!=completed"], [7, 8], [5, 6]), (["trial<=3"], [3, 2, 1], []), (["mrr@10>0.25"], [4, 3], []),
    (["valid.mrr@10>0.25", "test.ndcg@10<0.75"], [4], []), (["epochs=1", "best_epoch=1", "tflop<2"], [2, 1], []),
    (["seconds>=0", "b!=x"], [4, 2, 8], []),
  ])
  func `Conditions select trials by any column, and ranks stay`(
    conditions: [String], trials: [Int], failures: [Int]
  ) async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let board = try store.leaderboard(
      of: study, LeaderboardQuery(conditions: conditions.map(Condition.init(parsing:))))
    #expect(board.rows.map(\.trial) == trials && board.failures.map(\.trial) == failures)
    let ranks = [4: 1, 3: 2, 2: 3, 1: 4, 7: 5, 8: 6]
    #expect(board.rows.allSatisfy { ranks[$0.trial] == $0.rank })
  }

  @Test(arguments: [
    ("trial", [1, 2, 3, 4, 7, 8]), ("-trial", [8, 7, 4, 3, 2, 1]), ("a", [2, 1, 4, 3, 7, 8]),
    ("-a", [7, 8, 4, 3, 2, 1]), ("b", [3, 1, 7, 4, 2, 8]), ("tflop", [7, 8, 2, 1, 4, 3]),
    ("-tflop", [4, 3, 2, 1, 7, 8]), ("state", [4, 3, 2, 1, 7, 8]), ("-state", [7, 8, 4, 3, 2, 1]),
    ("best_epoch", [4, 3, 2, 1, 7, 8]), ("-mrr@10", [1, 2, 3, 4, 7, 8]), ("mrr@10", [4, 3, 2, 1, 7, 8]),
    ("-epochs", [4, 3, 2, 1, 7, 8]),
  ])
  func `Trials are listed by any column, with the ranks of the study's metric`(
    sort: String, trials: [Int]
  ) async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let board = try store.leaderboard(of: study, LeaderboardQuery(sort: sort))
    #expect(board.rows.map(\.trial) == trials)
    let ranks = [4: 1, 3: 2, 2: 3, 1: 4, 7: 5, 8: 6]
    #expect(board.rows.allSatisfy { ranks[$0.trial] == $0.rank })
    #expect(board.sort == "mrr@10" && board.failures.count == 2)
    #expect(try store.leaderboard(of: study, LeaderboardQuery(top: 2, sort: sort)).rows == Array(board.rows.prefix(2)))
  }

  @Test func `Another metric ranks, in both directions`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let board = try store.leaderboard(of: study, LeaderboardQuery(sort: "test.ndcg@10"))
    let reversed = try store.leaderboard(of: study, LeaderboardQuery(sort: "-test.ndcg@10"))
    #expect(board.rows.map(\.trial) == [1, 2, 3, 4, 7, 8] && board.rows.map(\.rank) == [1, 2, 3, 4, 5, 6])
    #expect(reversed.rows.map(\.trial) == [4, 3, 2, 1, 7, 8] && reversed.rows.map(\.rank) == [4, 3, 2, 1, 5, 6])
    #expect(reversed.text(.json).contains(#""sort": "-test.ndcg@10""#))
    #expect(
      reversed.rows.map(\.certainty)
        == [4, 3, 2, 1, 7, 8].map { number in
          board.rows.first { $0.trial == number }?.certainty
        })
  }

  @Test func `The column that rows are listed by is shown`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let board = try store.leaderboard(of: study, LeaderboardQuery(top: 2, sort: "best_epoch"))
    #expect(
      board.text(.table).hasPrefix(
        """
        rank  trial  mrr@10  best_epoch  TFLOP  a  b  test.ndcg@10
           1      4  0.3857           1  2.000  2  y        0.7216
           2      3  0.2857           1  2.000  2  x        0.7778

        """))
    #expect(board.text(.json).contains(#""sort": "best_epoch""#))
    let completed = try Condition(parsing: "state=completed")
    let byCost = try store.leaderboard(of: study, LeaderboardQuery(top: 1, sort: "tflop", conditions: [completed]))
    #expect(byCost.text(.table).hasPrefix("rank  trial  mrr@10  TFLOP  a  b  test.ndcg@10\n   3      2  0.2429  1.000"))
    #expect(byCost.text(.table, columns: .fitting(30)).hasPrefix("rank  trial  mrr@10  TFLOP  a\n"))
    let byParameter = try store.leaderboard(of: study, LeaderboardQuery(top: 2, sort: "-a"))
    #expect(byParameter.text(.table).hasPrefix("rank  trial    mrr@10   a  TFLOP  b"))
  }

  @Test func `Columns that are usually left out can be named`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let board = try store.leaderboard(of: study, LeaderboardQuery(top: 1))
    let columns = try board.selection(ofColumns: ["state", "epochs", "best_epoch", "tflop", "valid.mrr@10", "b"])
    #expect(
      board.text(.markdown, columns: columns).hasPrefix(
        """
        | rank | trial | mrr@10 | TFLOP | b | state | epochs | best_epoch |
        | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | 1 | 4 | 0.3857 | 2.000 | y | completed | 1 | 1 |

        """))
    #expect(throws: Never.self) { try board.selection(ofColumns: ["seconds", "TFLOP", "test.ndcg@10", "rank"]) }
    let error = #expect(throws: ReportError.self) { try board.selection(ofColumns: ["stat"]) }
    #expect(
      error?.description
        == "--columns: found no column 'stat'; expected state, or others of TFLOP, a, b, test.ndcg@10, state, epochs, "
        + "best_epoch, seconds")
  }

  @Test(arguments: [
    (LeaderboardQuery(sort: "tflp"), "--sort: found 'tflp'; expected tflop, or another of \(Self.names)"),
    (LeaderboardQuery(sort: "-sconds"), "--sort: found 'sconds'; expected seconds, or another of \(Self.names)"),
    (LeaderboardQuery(sort: "-"), "--sort: found ''; expected a, or another of \(Self.names)"),
  ])
  func `A column that is not there gets the names`(query: LeaderboardQuery, message: String) async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let error = #expect(throws: ReportError.self) { try store.leaderboard(of: study, query) }
    #expect(error?.description == message)
  }

  private static let names = "a, b, trial, state, epochs, best_epoch, tflop, seconds, valid.mrr@10, test.ndcg@10"

  @Test(arguments: [
    ("stat=completed", "--where: found 'stat'; expected state, or another of \(Self.names)"),
    (
      "b<3",
      "--where: found < for b, which has values such as x; expected =, != or in, since they are no numbers"
    ),
    (
      "state>=1",
      "--where: found >= for state, which has values such as completed; expected =, != or in, since they are no numbers"
    ),
  ])
  func `A condition that cannot hold is refused`(condition: String, message: String) async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let query = LeaderboardQuery(conditions: [try Condition(parsing: condition)])
    let error = #expect(throws: ReportError.self) { try store.leaderboard(of: study, query) }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    (["a=7"], "no trial matches a=7; the trials so far have a 1, 2, 13, 17"),
    (["a>20", "b=x"], "no trial matches a>20 and b=x; the trials so far have a 1, 2, 13, 17"),
    (["state=running"], "no trial matches state=running; the trials so far have state completed, diverged, failed"),
    (["tflop>5"], "no trial matches tflop>5; the trials so far have tflop from 0.0 to 2.0"),
    (["a=1", "a=2"], "no trial matches a=1 and a=2"),
  ])
  func `Where no trial matches, the values that there are are said`(
    conditions: [String], message: String
  ) async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    let parsed = try conditions.map(Condition.init(parsing:))
    #expect(try store.leaderboard(of: study, LeaderboardQuery(conditions: parsed)).rows.isEmpty)
    #expect(try store.leaderboard(of: study).mismatch(parsed) == message)
  }
}

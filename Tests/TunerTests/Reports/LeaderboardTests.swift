import Foundation
import Literals
import Testing
import Tuner

@Suite struct LeaderboardTests {
  private func finished(_ space: String = "a choice [1,2,13,17]\nb choice ['x','y, \"z\"']") async throws -> (
    Folder, StudyStore, Study
  ) {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy(space)
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: store, study: study, objective: Toy(epochs: 1), workers: 2).run()
    return (folder, store, study)
  }

  @Test func `The formats are these bytes`() async throws {
    let (folder, _, study) = try await finished("a choice [1,2,13,17]\nb choice ['x','y']")
    let store = try StudyStore(reading: folder.database)
    let board = try store.leaderboard(of: study)
    #expect(
      board.text(.csv) == """
        rank,trial,state,value,best_epoch,a,b,valid.mrr@10,test.ndcg@10,interval_low,interval_high,may_be_best,epochs,cost_tflop,seeds,seed_mean,seed_deviation,message
        1,4,completed,0.3857142857142857,1,2,y,0.3857142857142857,0.7216494845360825,,,,1,,,,,
        2,3,completed,0.2857142857142857,1,2,x,0.2857142857142857,0.7777777777777779,,,,1,,,,,
        3,2,completed,0.24285714285714285,1,1,y,0.24285714285714285,0.8045977011494253,,,,1,,,,,
        4,1,completed,0.14285714285714285,1,1,x,0.14285714285714285,0.875,,,,1,,,,,
        5,7,diverged,,2,17,x,,,,,,0,,,,,
        6,8,diverged,,2,17,y,,,,,,0,,,,,
        ,5,failed,,,13,x,,,,,,,,,,,13 is unlucky
        ,6,failed,,,13,y,,,,,,,,,,,13 is unlucky

        """)
    #expect(
      try store.leaderboard(
        of: study, LeaderboardQuery(top: 1, conditions: [Condition(parsing: "a=2"), Condition(parsing: "b=x")])
      ).text(.markdown) == """
        | rank | trial | mrr@10 | a | b | test.ndcg@10 |
        | ---: | ---: | ---: | ---: | ---: | ---: |
        | 2 | 3 | 0.2857 | 2 | x | 0.7778 |

        toy: 8 trials: 4 completed, 2 diverged, 2 failed

        """)
    #expect(
      try store.leaderboard(of: study, LeaderboardQuery(top: 1, sort: "test.ndcg@10")).text(.json) == """
        {
          "study": "toy",
          "metric": "mrr@10",
          "direction": "maximize",
          "sort": "test.ndcg@10",
          "trials": 8,
          "ended": 8,
          "rows": [
            {"rank":1,"trial":1,"state":"completed","value":0.14285714285714285,"best_epoch":1,"parameters":{"a":1,"b":"x"},"metrics":{"valid":{"mrr@10":0.14285714285714285},"test":{"ndcg@10":0.875}},"interval":[0.061491944720396215, 0.7923403991979523],"may_be_best":true,"epochs":1,"cost_tflop":null,"repeated_values":[]}
          ],
          "failed": [
            {"trial":5,"kind":"ToyError","message":"13 is unlucky","parameters":{"a":13,"b":"x"}},
            {"trial":6,"kind":"ToyError","message":"13 is unlucky","parameters":{"a":13,"b":"y"}}
          ]
        }

        """)
  }

  @Test func `A field with commas and quotes is quoted in CSV`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    #expect(try store.leaderboard(of: study).text(.csv).contains(#",2,"y, ""z""","#))
  }

  @Test(arguments: [
    (
      LeaderboardQuery(sort: "test.ndgc@10"),
      "--sort: found 'test.ndgc@10'; expected test.ndcg@10, or another of a, b, trial, state, epochs, best_epoch, "
        + "tflop, seconds, valid.mrr@10, test.ndcg@10"
    ),
    (LeaderboardQuery(top: 0), "--top: found 0; expected 1 or more"),
  ])
  func `A question that names what is not there gets the names`(query: LeaderboardQuery, message: String) async throws {
    let (folder, store, study) = try await finished("a choice [1]\nb choice ['x']")
    defer { withExtendedLifetime(folder) {} }
    let error = #expect(throws: ReportError.self) { try store.leaderboard(of: study, query) }
    #expect(error?.description == message)
  }

  /// Ranks of 100 users: trial 1 hits 40 of them at rank 1, trial 2 the same and one more, trial 3 only 5; trial 4 diverges.
  private struct Ranked: Objective {
    func run(_ trial: RunningTrial) -> TrialOutcome {
      guard trial.number < 4 else { return .diverged(epoch: 1, message: "it grew") }
      let hits = [40, 41, 5][trial.number - 1]
      let ranks = (0..<100).map { UInt16($0 < hits ? 1 : $0 == 99 ? 3 : 50) }
      let value = Double(hits) / 100
      return .completed(
        TrialResult(
          bestEpoch: 1, bestValue: value, metrics: [SplitMetric(split: "valid", name: "hit@1", value: value)],
          ranks: ["valid": UserRanks(ranks)], weights: nil))
    }
  }

  @Test func `Rows say how sure they are, and which may be the best`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,3,4]", metric: "hit@1")
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: store, study: study, objective: Ranked(), workers: 1).run()
    let board = try store.leaderboard(of: study)
    #expect(board.rows.map(\.trial) == [2, 1, 3, 4])
    #expect(board.rows.map { $0.certainty?.mayBeBest } == [true, true, false, nil])
    // Wilson's interval of 40 hits of 100.
    let interval = try #require(board.rows[1].certainty?.interval)
    #expect(abs(interval.low - 0.3094) < 1e-4 && abs(interval.high - 0.4980) < 1e-4)
    #expect(
      board.text(.table) == """
        rank  trial     hit@1  95 % interval  tied  a
           1      2    0.4100  0.3187–0.5080     =  2
           2      1    0.4000  0.3094–0.4980     =  1
           3      3    0.0500  0.0215–0.1118        3
           4      4  diverged                       4

        toy: 4 trials: 3 completed, 1 diverged
        = statistically tied with the best trial (95 % confidence set, 100 users)

        """)
    #expect(board.text(.csv).contains("interval_low,interval_high,may_be_best,epochs,"))
    #expect(board.text(.json).contains(#""may_be_best":false,"#))
    #expect(try store.leaderboard(of: study) == StudyStore(reading: folder.database).leaderboard(of: study))

    // A cut-off that nobody asked for during training, from the ranks.
    let wider = try store.leaderboard(of: study, LeaderboardQuery(sort: "mrr@3"))
    #expect(wider.sort == "valid.mrr@3")
    // In headings, metrics of the validation split are all named without it.
    #expect(wider.text(.table).hasPrefix("rank  trial   mrr@3  95 % interval  tied     hit@1  a\n"))
    let values = wider.rows.prefix(3).compactMap { $0.metrics.last?.value }
    let expected: [Double] = [41 + 1 / 3, 40 + 1 / 3, 5 + 1 / 3]
    #expect(zip(values, expected).allSatisfy { abs(100 * $0 - $1) < 1e-9 } && values.count == 3)
    #expect(throws: ReportError.self) { try store.leaderboard(of: study, LeaderboardQuery(sort: "test.mrr@3")) }
  }

  @Test func `A filter compares values and not spelling`() async throws {
    let (folder, store, study) = try await finished()
    defer { withExtendedLifetime(folder) {} }
    #expect(
      try store.leaderboard(of: study, LeaderboardQuery(conditions: [Condition(parsing: "a=2.0")])).rows.map(\.rank)
        == [1, 2])
    #expect(try store.leaderboard(of: study, LeaderboardQuery(conditions: [Condition(parsing: "a='2'")])).rows.isEmpty)
    #expect(try store.leaderboard(of: study, LeaderboardQuery(sort: "mrr@10")) == store.leaderboard(of: study))
    #expect(
      try store.leaderboard(of: study, LeaderboardQuery(sort: "valid.mrr@10")).rows == store.leaderboard(of: study).rows
    )
  }

  @Test func `The view in the database shows the same order`() async throws {
    let (folder, store, study) = try await finished()
    let order = try store.leaderboard(of: study).rows.map { "\($0.rank)|\($0.trial)" }.joined(separator: "\n") + "\n"
    #expect(try sqlite(folder.database, "SELECT rank, trial FROM leaderboard") == order)
    let columns =
      "study, rank, trial, state, value, parameters, test_ndcg_10, test_mrr_10, test_hit_10, test, epochs, cost_tflop"
    let line = try sqlite(folder.database, "SELECT \(columns) FROM leaderboard LIMIT 1")
    #expect(
      line == """
        toy|1|3|completed|0.285714285714286|{"a":2,"b":"x"}|0.777777777777778|||{"ndcg@10":0.777777777777778}|1|

        """)
  }

  @Test func `Where less is better, the least is first everywhere`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    var (definition, cells) = try makeStudy("a choice [2,1,17,3]")
    definition.direction = .minimize
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: store, study: study, objective: Toy(epochs: 1), workers: 1).run()
    #expect(try store.leaderboard(of: study).rows.map(\.trial) == [2, 1, 4, 3])
    #expect(try sqlite(folder.database, "SELECT group_concat(trial, ' ') FROM leaderboard") == "2 1 4 3\n")
    #expect(try store.weights(of: study)?.trial == 2)
    #expect(try store.studies().first?.best?.trial == 2)
  }

  @Test func `A completed trial whose value is no number ranks after those with one`() async throws {
    struct Odd: Objective {
      func run(_ trial: RunningTrial) -> TrialOutcome {
        let value = trial.number == 1 ? Double.nan : trial.number == 2 ? nil : 0.5
        return .completed(
          TrialResult(
            bestEpoch: 1, bestValue: value, metrics: [SplitMetric(split: "test", name: "x", value: value ?? .infinity)],
            ranks: [:], weights: [1]))
      }
    }
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2,3]")
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try await StudyRunner(store: store, study: study, objective: Odd(), workers: 2).run() == .finished)
    #expect(try store.leaderboard(of: study).rows.map(\.trial) == [3, 1, 2])
    #expect(try store.leaderboard(of: study, LeaderboardQuery(sort: "test.x")).rows.map(\.trial) == [3, 1, 2])
    #expect(try sqlite(folder.database, "SELECT group_concat(trial, ' ') FROM leaderboard") == "3 1 2\n")
    #expect(try store.leaderboard(of: study).text(.json).contains(#""metrics":{"test":{"x":null}}"#))
  }

  @Test func `A trial's story names its attempts and its curve`() async throws {
    let (folder, store, study) = try await finished("a choice [1,13]")
    defer { withExtendedLifetime(folder) {} }
    let story = try store.story(of: 1, in: study)
    #expect(story.state == .completed && story.hyperparameters == ["a": .integer(1)])
    #expect(story.value == 0.14285714285714285 && story.bestEpoch == 1 && story.attempts.map(\.ending) == ["completed"])
    #expect(story.curve.map(\.metric) == ["train.loss", "valid.mrr@10"] && story.curve.map(\.epoch) == [1, 1])
    #expect(story.curve.map(\.value) == [0.875, 0.14285714285714285])
    let failed = try store.story(of: 2, in: study)
    #expect(failed.failureKind == "ToyError" && failed.failureMessage == "13 is unlucky")
  }

  @Test func `A study without ended trials has an empty leaderboard`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try store.leaderboard(of: study).text(.table) == "toy: 8 trials: 8 pending\n")
    #expect(throws: ReportError.self) { try store.leaderboard(of: study, LeaderboardQuery(sort: "test.x")) }
  }
}

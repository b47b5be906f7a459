import Foundation
import Testing
import Tuner
import run_hyper

/// The file that the reference program writes for the same results.
@Suite struct ReferenceResultsTests {
  /// Metrics that depend on the trial's number.
  private struct Measured: Objective {
    var diverges: Set<Int> = []

    func run(_ trial: RunningTrial) throws -> TrialOutcome {
      if trial.number == 2, diverges.isEmpty == false { throw CommandError.failed("no luck") }
      if diverges.contains(trial.number) { return .diverged(epoch: 1, message: "the loss is no number") }
      let number = Double(trial.number)
      return .completed(
        TrialResult(
          bestEpoch: 1, bestValue: number / 8,
          metrics: [
            SplitMetric(split: "valid", name: "mrr@10", value: number / 8),
            SplitMetric(split: "valid", name: "recall@10", value: 0.5),
            SplitMetric(split: "valid", name: "ndcg@10", value: 1e-05 * number),
            SplitMetric(split: "valid", name: "hit@10", value: 1),
            SplitMetric(split: "test", name: "mrr@10", value: 0),
            SplitMetric(split: "test", name: "recall@10", value: (1e4 / (2 + number)).rounded() / 1e4),
          ], ranks: [:], weights: nil))
    }
  }

  /// What a study over the search space writes, with two trials at a time.
  private static func results(_ space: String, _ objective: Measured = Measured()) async throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("results-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try StudyStore(writing: folder.appendingPathComponent("studies.sqlite").path)
    let definition = StudyDefinition(
      name: "toy", model: "Toy", dataset: "toys", datasetHash: "d", searchSpace: space, fixedConfiguration: [],
      invocation: "{}", numericVersion: 1, seed: 1, metric: "mrr@10")
    let cells = try SearchSpace(parsing: space, file: "hyper.test").grid()
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: store, study: study, objective: objective, workers: 2).run()
    return ReferenceResults.text(try store.leaderboard(of: study))
  }

  /// The expectation is Python 3.11's, from functions that do what RecBole's `params2str`, over sorted names, and `dict2str` do.
  @Test func `The results are the reference program's, byte for byte`() async throws {
    let results = try await Self.results(
      """
      n_layers choice [2, 1]
      learning_rate choice [1e-5, 0.001]
      hidden_act choice ['gelu']
      shuffle choice [True]
      clip_grad_norm choice [None]
      sizes choice [[64, 'a', 1.0]]
      mlp choice ['[64,64]']
      MAX_ITEM_LIST_LENGTH choice [20]
      big choice [1e16]
      """)
    #expect(results == Self.expected)
    #expect(Array(results.utf8).suffix(2) == [10, 10])
  }

  @Test func `A trial without results has the reason in their place`() async throws {
    let results = try await Self.results("a choice [1, 2, 3]", Measured(diverges: [3]))
    #expect(
      results == """
        a:1
        Valid result:
        mrr@10 : 0.125    recall@10 : 0.5    ndcg@10 : 1e-05    hit@10 : 1.0
        Test result:
        mrr@10 : 0.0    recall@10 : 0.3333

        a:2
        Valid result:
        failed: no luck
        Test result:
        failed: no luck

        a:3
        Valid result:
        diverged
        Test result:
        diverged


        """)
  }

  private static let expected = """
    MAX_ITEM_LIST_LENGTH:20, big:1e+16, clip_grad_norm:None, hidden_act:gelu, learning_rate:1e-05, mlp:[64,64], n_layers:2, shuffle:True, sizes:[64, 'a', 1.0]
    Valid result:
    mrr@10 : 0.125    recall@10 : 0.5    ndcg@10 : 1e-05    hit@10 : 1.0
    Test result:
    mrr@10 : 0.0    recall@10 : 0.3333

    MAX_ITEM_LIST_LENGTH:20, big:1e+16, clip_grad_norm:None, hidden_act:gelu, learning_rate:0.001, mlp:[64,64], n_layers:2, shuffle:True, sizes:[64, 'a', 1.0]
    Valid result:
    mrr@10 : 0.25    recall@10 : 0.5    ndcg@10 : 2e-05    hit@10 : 1.0
    Test result:
    mrr@10 : 0.0    recall@10 : 0.25

    MAX_ITEM_LIST_LENGTH:20, big:1e+16, clip_grad_norm:None, hidden_act:gelu, learning_rate:1e-05, mlp:[64,64], n_layers:1, shuffle:True, sizes:[64, 'a', 1.0]
    Valid result:
    mrr@10 : 0.375    recall@10 : 0.5    ndcg@10 : 3.0000000000000004e-05    hit@10 : 1.0
    Test result:
    mrr@10 : 0.0    recall@10 : 0.2

    MAX_ITEM_LIST_LENGTH:20, big:1e+16, clip_grad_norm:None, hidden_act:gelu, learning_rate:0.001, mlp:[64,64], n_layers:1, shuffle:True, sizes:[64, 'a', 1.0]
    Valid result:
    mrr@10 : 0.5    recall@10 : 0.5    ndcg@10 : 4e-05    hit@10 : 1.0
    Test result:
    mrr@10 : 0.0    recall@10 : 0.1667


    """
}

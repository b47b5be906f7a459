import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct StudyChartTests {
  @Test func `The JSON is these bytes, with null for what is no finite number`() {
    let trial = StudyChart.Trial(
      number: 1, state: .completed, value: .infinity,
      parameters: Hyperparameters([
        .init(name: "b", value: .list([.integer(64), .null])), .init(name: "a", value: .number(1e-3)),
        .init(name: "c", value: .number(.infinity)), .init(name: "d", value: .boolean(true)),
      ]),
      curve: [.init(epoch: 1, value: 0.25), .init(epoch: 2, value: .nan), .init(epoch: 3, value: nil)], seconds: nil,
      metrics: [
        .init(split: "test", name: "ndcg@10", value: -.infinity), .init(split: "test", name: "mrr", value: 0.5),
      ])
    #expect(
      makeChart([trial], parameters: ["b", "a"], direction: .minimize).json
        == #"{"dataset":"toys","direction":"minimize","metric":"mrr@10","model":"BERT4Rec","parameters":["b","a"],"#
        + #""study":"toy","trials":[{"curve":[[1,0.25],[2,null],[3,null]],"metrics":{"test.mrr":0.5,"#
        + #""test.ndcg@10":null},"number":1,"parameters":{"a":{"number":0.001,"text":"0.001"},"#
        + #""b":{"number":null,"text":"[64, None]"},"c":{"number":null,"text":"1e999"},"#
        + #""d":{"number":null,"text":"True"}},"seconds":null,"state":"completed","value":null}]}"#)
  }

  @Test func `JSON reads back as the chart that it was written from`() throws {
    let charts = [
      makeChart([]),
      makeChart([
        makeTrial(1, value: 0.1 + 0.2), makeTrial(2, value: .nan, state: .diverged),
        makeTrial(3, value: nil, state: .pending),
      ]),
    ]
    for chart in charts {
      #expect(try JSONDecoder().decode(StudyChart.self, from: Data(chart.json.utf8)) == chart)
    }
  }

  @Test func `Stories become trials without shelved ones, other curves and the values of diverged ones`() throws {
    let (definition, _) = try makeStudy("a choice [1]")
    let curve = [
      TrialStory.Observation(epoch: 1, metric: "train.loss", value: 3),
      TrialStory.Observation(epoch: 1, metric: "valid.mrr@10", value: 0.25),
      TrialStory.Observation(epoch: 2, metric: "valid.mrr@10", value: nil),
    ]
    let chart = StudyChart(
      definition,
      stories: [
        story(1, .completed, ["a": 1], curve), story(2, .diverged, ["a": 2, "b": 3], curve),
        story(3, .completed, ["c": 1], curve, isShelved: true),
      ])
    #expect(chart.parameters == ["a", "b"])
    #expect(chart.trials.map(\.number) == [1, 2])
    #expect(chart.trials.map(\.value) == [0.5, nil])
    #expect(chart.trials[0].curve == [.init(epoch: 1, value: 0.25), .init(epoch: 2, value: nil)])
    #expect(chart.trials[0].metrics == ["test.mrr@10": 0.75])
    #expect(chart.trials[0].seconds == 12.5)
  }

  private func story(
    _ number: Int, _ state: TrialState, _ parameters: KeyValuePairs<String, Int>, _ curve: [TrialStory.Observation],
    isShelved: Bool = false
  ) -> TrialStory {
    TrialStory(
      study: "toy", trial: number, state: state, isShelved: isShelved,
      hyperparameters: Hyperparameters(parameters.map { .init(name: $0.key, value: .integer($0.value)) }),
      failureKind: nil, failureMessage: nil, value: 0.5, bestEpoch: 1, trainingSeconds: 12.5, startedAt: nil,
      finishedAt: nil, repeated: nil, attempts: [], rungs: [], curve: curve,
      metrics: [SplitMetric(split: "test", name: "mrr@10", value: 0.75)])
  }
}

/// A chart of a study `toy`.
func makeChart(
  _ trials: [StudyChart.Trial], study: String = "toy", parameters: [String] = ["a"], direction: Direction = .maximize
) -> StudyChart {
  StudyChart(
    study: study, model: "BERT4Rec", dataset: "toys", metric: "mrr@10", direction: direction, parameters: parameters,
    trials: trials)
}

/// A trial with one parameter and a curve of one epoch.
func makeTrial(
  _ number: Int, value: Double?, state: TrialState = .completed, parameter: String = "a", text: String = "x"
) -> StudyChart.Trial {
  StudyChart.Trial(
    number: number, state: state, value: value, parameters: [parameter: .text(text)],
    curve: [.init(epoch: 1, value: value)], seconds: 1.5, metrics: [])
}

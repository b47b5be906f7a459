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

  @Test func `A study's chart omits shelved trials, other curves and the values of diverged ones`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [7,14,17]")
    let all = try store.createOrContinue(definition, cells: cells).study
    #expect(try await StudyRunner(store: store, study: all, objective: Toy(epochs: 2), workers: 1).run() == .finished)
    let (smaller, left) = try makeStudy("a choice [7,17]")
    let chart = try store.chart(of: store.createOrContinue(smaller, cells: left).study)
    #expect(chart.parameters == ["a"])
    #expect(chart.trials.map(\.number) == [1, 3])
    #expect(chart.trials.map(\.state) == [.completed, .diverged])
    #expect(chart.trials.map(\.value) == [2, nil])
    #expect(chart.trials[0].curve == [.init(epoch: 1, value: 1), .init(epoch: 2, value: 2)])
    #expect(chart.trials[0].metrics == ["valid.mrr@10": 2, "test.ndcg@10": 1.0 / 3])
    #expect(try chart.trials[0].seconds == store.story(of: 1, in: all).trainingSeconds)
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

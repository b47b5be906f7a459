import Dashboard
import Foundation
import Testing
import Tuner

@Suite struct StudyTextTests {
  static func trial(
    _ number: Int, _ state: TrialState = .running, value: Double? = nil, curve: [Double] = []
  ) -> StudyChart.Trial {
    StudyChart.Trial(
      number: number, state: state, value: value, parameters: Hyperparameters([]),
      curve: curve.enumerated().map { StudyChart.Point(epoch: $0.offset + 1, value: $0.element) }, seconds: nil,
      metrics: [])
  }

  static func chart(_ trials: [StudyChart.Trial], parameters: [String] = ["a"], ranking: String? = nil) -> StudyChart {
    StudyChart(
      study: "s \"{1,2}\" \\", model: "BERT4Rec", dataset: "shop", metric: "ndcg@10", direction: .maximize,
      ranking: ranking, parameters: parameters, trials: trials)
  }

  private static func object(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  @Test func `A study in pieces is the same JSON as in one`() throws {
    for trials in [[], [Self.trial(1, .completed, value: 0.5, curve: [0.25, 0.5]), Self.trial(2)]] {
      let chart = Self.chart(trials, ranking: "one, two: \"{[\"")
      #expect(try StudyText(chart).json == chart.json)
    }
  }

  @Test func `What has changed is what a page needs for the new study, and no more`() throws {
    let old = Self.chart([Self.trial(1, .completed, value: 0.5), Self.trial(2), Self.trial(3)], ranking: "r")
    let new = Self.chart(
      [Self.trial(1, .completed, value: 0.5), Self.trial(2, curve: [0.1]), Self.trial(4)], parameters: ["a", "b"])
    var text = try StudyText(old)
    let changes = try text.update(to: new)
    #expect(changes.head == ["parameters": "[\"a\",\"b\"]", "ranking": "null"])
    #expect(changes.removed == [3])
    #expect(try changes.trials.map { try Self.object($0)["number"] as? Int } == [2, 4])
    #expect(text.json == new.json)

    // As the page does it: by number, and by member.
    let event = try Self.object(changes.json(sequence: 7, live: "{\"state\":\"running\"}"))
    #expect(event["sequence"] as? Int == 7 && (event["live"] as? [String: Any])?["state"] as? String == "running")
    var page = try Self.object(old.json)
    for (name, value) in try #require(event["head"] as? [String: Any]) { page[name] = value is NSNull ? nil : value }
    var trials: [Int: [String: Any]] = [:]
    for list in [page["trials"], event["trials"]] {
      for trial in try #require(list as? [[String: Any]]) { trials[try #require(trial["number"] as? Int)] = trial }
    }
    for number in try #require(event["removed"] as? [Int]) { trials[number] = nil }
    page["trials"] = trials.sorted { $0.key < $1.key }.map(\.value)
    #expect(NSDictionary(dictionary: page) == NSDictionary(dictionary: try Self.object(new.json)))
  }

  @Test func `The same study again changes nothing`() throws {
    let chart = Self.chart([Self.trial(1), Self.trial(2)])
    var text = try StudyText(chart)
    #expect(try text.update(to: chart) == StudyText.Changes())
    #expect(try text.update(to: chart).isEmpty)
  }

  @Test(arguments: [
    ("{}", [:]), ("{\"a\":1}", ["a": "1"]),
    (
      "{\"a\":\"x,\\\"y:}\",\"b\":{\"c\":[1,{\"d\":2}]},\"e\":[]}",
      ["a": "\"x,\\\"y:}\"", "b": "{\"c\":[1,{\"d\":2}]}", "e": "[]"]
    ),
    ("{\"a\":\"\\\\\",\"b\":null}", ["a": "\"\\\\\"", "b": "null"]),
  ])
  func `The members of an object are found, whatever stands in strings`(json: String, members: [String: String]) {
    #expect(JSONMembers.members(of: json) == members)
  }
}

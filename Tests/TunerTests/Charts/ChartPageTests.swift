import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct ChartPageTests {
  private static let hostileNames = [
    "</script><img src=x onerror=alert(1)>", "<!--<script>", "]]>&lt;&amp;\"'`\\", "\u{2028}\u{2029}\u{0}\n\u{7F}",
    #"\u003c/script\u003e"#, "</SCRIPT\t>", "__proto__", "\u{1F98A}\u{FFFF}",
  ]

  @Test(arguments: hostileNames)
  func `No name gets out of the data block`(name: String) throws {
    let hostile = makeChart(
      [makeTrial(1, value: 0.5, parameter: name, text: name)], study: name, parameters: [name])
    let page = ChartPage.html(of: hostile)
    let block = try dataBlock(of: page)
    #expect(!block.unicodeScalars.contains { "<>&\u{2028}\u{2029}".unicodeScalars.contains($0) })
    #expect(
      page.replacing(block, with: "") == ChartPage.html(of: makeChart([])).replacing(makeChart([]).json, with: ""))
    #expect(try JSONDecoder().decode(StudyChart.self, from: Data(block.utf8)) == hostile)
  }

  @Test func `A study without trials has a page`() throws {
    #expect(try dataBlock(of: ChartPage.html(of: makeChart([]))).hasSuffix(#""study":"toy","trials":[]}"#))
  }

  @Test func `The same study gives the same bytes, whatever the order of its parameters and metrics`() {
    func page(_ names: [String]) -> String {
      let trial = StudyChart.Trial(
        number: 1, state: .completed, value: 1,
        parameters: Hyperparameters(names.map { .init(name: $0, value: .text("value of \($0)")) }), curve: [],
        seconds: 1, metrics: names.map { SplitMetric(split: "test", name: $0, value: Double($0.utf8.count)) })
      return ChartPage.html(of: makeChart([trial]))
    }
    let names = (1...40).map { String(repeating: "p", count: $0) }
    #expect(page(names) == page(names.reversed()))
  }

  @Test func `The page refers to nothing outside of it`() {
    let page = ChartPage.html(of: makeChart([makeTrial(1, value: 0.5)]))
    #expect(page.replacing("http://www.w3.org/2000/svg", with: "").contains("://") == false)
    for reference in ["src=", "url(", "@import", "@font-face", "XMLHttp", "import(", "WebSocket", "sendBeacon"] {
      #expect(!page.contains(reference), "\(reference)")
    }
    #expect(!page.replacing(ChartPage.script, with: "").contains("href"))
  }

  @Test(arguments: [
    ("fetch(", "fetch(serverPath(path, parameters))"),
    ("new EventSource(", #"new EventSource(serverPath("events", { after: connection.sequence }))"#),
    ("href", #"link.setAttribute("href", address)"#), ("location.assign(", "location.assign(`?${"),
  ])
  func `The script asks only for addresses below the page's own, and only a live page may`(call: String, whole: String)
  {
    let uses = ChartPage.script.ranges(of: call)
    #expect(uses.count == 1 && ChartPage.script.ranges(of: whole).count == 1)
    #expect(ChartPage.script.contains("return `${path}?${queryText({ study: page.study.study, ...parameters })}`;"))
    #expect(!ChartPage.html(of: makeChart([])).contains("connect-src"))
  }

  @Test func `The history has the title of RecBole's chart, and the page that of no study`() {
    #expect(ChartPage.script.contains("hyperparams_tuning") && ChartPage.script.contains("tuning process"))
    let page = ChartPage.html(of: makeChart([]))
    #expect(page.contains("<title>run-hyper</title>") && !ChartPage.body.contains("hyperparams_tuning"))
  }

  @Test func `The page without a study's data is under 200 KB`() {
    #expect(ChartPage.html(of: makeChart([])).utf8.count < 200_000)
  }

  @Test(arguments: hostileNames)
  func `A live page has how the study runs in a block of its own, which no name gets out of`(name: String) throws {
    let live = String(decoding: try JSONEncoder().encode(["studies": [name]]), as: UTF8.self)
    let page = ChartPage.html(ofJSON: makeChart([]).json, live: live)
    let match = page.firstMatch(of: /(?s)<script type="application\/json" id="study-live">(.*?)<\/script>/)
    let block = String(try #require(match).1)
    #expect(!block.unicodeScalars.contains { "<>&\u{2028}\u{2029}".unicodeScalars.contains($0) })
    #expect(try JSONDecoder().decode([String: [String]].self, from: Data(block.utf8)) == ["studies": [name]])
    #expect(try dataBlock(of: page) == makeChart([]).json)
    #expect(page.contains("connect-src 'self'; base-uri 'none'"))
    #expect(!ChartPage.html(of: makeChart([])).contains("<script type=\"application/json\" id=\"study-live\">"))
  }

  @Test(arguments: ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("])
  func `The script never makes markup or code of text`(call: String) {
    #expect(!ChartPage.script.contains(call))
  }

  @Test func `The policy allows the page's own style and script by their hashes and nothing else`() throws {
    let page = ChartPage.html(of: makeChart([]))
    let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)?.1)
    let sources = policy.matches(of: /([a-z]+)-src '(?:sha256-([^']*)|none)'/).map { match in
      let hash = match.2.flatMap { Data(base64Encoded: String($0)) }
      return "\(match.1) \(hash.map { $0.map { byte in String(format: "%02x", byte) }.joined() } ?? "none")"
    }
    let style = try #require(page.firstMatch(of: /(?s)<style>(.*?)<\/style>/)?.1)
    let script = try #require(page.firstMatch(of: /(?s)<script>(.*?)<\/script>/)?.1)
    #expect(
      sources == ["default none", "script \(sha256(Array(script.utf8)))", "style \(sha256(Array(style.utf8)))"])
  }

  private func dataBlock(of page: String) throws -> String {
    let match = page.firstMatch(of: /(?s)<script type="application\/json" id="study-chart">(.*?)<\/script>/)
    return String(try #require(match).1)
  }
}

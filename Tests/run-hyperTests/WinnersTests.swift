import Foundation
import Testing

/// `scripts/compare-winners` on real studies.
@Suite struct WinnersTests {
  private static func script(_ arguments: [String], in program: Program) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = Program.home.appendingPathComponent("scripts/compare-winners")
    process.arguments = arguments
    process.currentDirectoryURL = program.folder
    return try Program.output(of: process)
  }

  @Test func `It finds the winners' test metrics, and the difference and interval that compare finds`() throws {
    let program = try Program()
    for (study, rates) in [("one", "0.01"), ("two", "0.001"), ("both", "0.01,0.001")] {
      try program.write("learning_rate choice [\(rates)]\n", to: "\(study).test")
      let run = try program.run(
        ["--params_file=\(study).test", "--study=\(study)", "--epochs=3", "--workers=1"] + Pausing.small)
      #expect(run.status == 0, "\(run.errors)")
    }
    let compared = try Self.script(["one", "two"], in: program)
    #expect(compared.status == 0, "\(compared.text)")
    let answer = try program.run(["compare", "both", "1", "2", "--split=test", "--format=json"]).output
    let expected = try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
    func digits(_ key: String) throws -> String { String(format: "%.4f", try #require(expected[key] as? Double)) }
    #expect(
      compared.text.contains(
        "mean \(try digits("first_value")) and \(try digits("second_value")): difference \(try digits("difference")), "
          + "95 % interval \(try digits("low")) to \(try digits("high")), 640 users"), "\(compared.text)\n\(answer)")
    for (arguments, message) in [
      (["one", "nowhere"], "found no study nowhere with a best trial"),
      (["one,two", "two"], "found 2 and 1 studies; expected as many of each"),
      (["--storage=nowhere.sqlite", "one", "two"], "error: --storage: found no database that can be read"),
      (["--metric=fame@10", "one", "two"], "found 'fame@10'; expected ndcg, mrr, hit or recall"),
    ] {
      let wrong = try Self.script(arguments, in: program)
      #expect(wrong.status != 0 && wrong.text.contains(message), "\(wrong.text)")
    }
  }
}

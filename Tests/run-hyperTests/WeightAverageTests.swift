import Foundation
import Testing

/// An average of the weights, as a value that is tuned.
@Suite struct WeightAverageTests {
  @Test func `Trials without it are those of a study that does not know it`() throws {
    let program = try Program()
    try program.write("weight_average choice [None, 0.95]\nn_layers choice [1]\n", to: "hyper.test")
    try program.write("n_layers choice [1]\n", to: "plain.test")
    for (study, file) in [("averaged", "hyper.test"), ("plain", "plain.test")] {
      let run = try program.run(["--params_file=\(file)", "--study=\(study)", "--epochs=3"])
      try #require(run.status == 0, "\(run.errors)")
    }
    let plain = try SQLite.run(
      "SELECT fixed_configuration FROM study WHERE name = 'plain'", in: program)
    #expect(!plain.contains("weight_average") && plain.contains("weight_decay"))
    let story = try program.run(["show", "averaged", "2"])
    #expect(story.output.contains("weight_average") && story.output.contains("0.95"), "\(story.output)")
    let values = try program.run(["leaderboard", "averaged", "--format=csv"]).output
    let alone = try program.run(["leaderboard", "plain", "--format=csv"]).output
    let best = try #require(alone.split(separator: "\n").last?.split(separator: ",")[3])
    let none = try #require(values.split(separator: "\n").first { $0.split(separator: ",")[1] == "1" })
    let other = try #require(values.split(separator: "\n").first { $0.split(separator: ",")[1] == "2" })
    #expect(none.split(separator: ",")[3] == best && other.split(separator: ",")[3] != best, "\(values)\n\(alone)")
  }

  @Test func `The space of hyper-fast.test can be searched`() throws {
    let program = try Program()
    let file = Program.home.appendingPathComponent("hyper-fast.test").path
    let run = try program.run(["--params_file=\(file)", "--algo=random", "--max_evals=2", "--epochs=1"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try SQLite.run("SELECT state FROM trial", in: program) == "completed\ncompleted\n")
  }

  @Test(arguments: ["0.5", "1", "yes", "0.99995"])
  func `Values that are no decay are refused`(value: String) throws {
    let program = try Program()
    let run = try program.run(["train", "--weight_average=\(value)"])
    #expect(run.status == 2 && run.errors.contains("--weight_average") && run.errors.contains("number 0.9 to 0.9999"))
  }
}

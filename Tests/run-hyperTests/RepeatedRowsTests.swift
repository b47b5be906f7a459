import Foundation
import Testing

/// Rows that are there twice, and filters that match nothing: said, through the real program.
@Suite struct RepeatedRowsTests {
  @Test func `Rows that repeat another row exactly are counted and said, with the key that removes them`() throws {
    let program = try Program()
    let rows = (0..<60).map { "u\($0 % 6)\ti\($0 * 7 % 11)\t\($0)\n" }
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n" + rows.map { $0 + $0 }.joined(), to: "datasets/shop/shop.inter")
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let said =
      "shop.inter: 60 of 120 rows repeat another row exactly (same user, item and time); --rm_dup_inter=first keeps"
    let settings = ["--dataset=shop", "--epochs=1", "--hidden_size=8"]
    for (command, name) in [(["train"], []), (["--params_file=hyper.test"], ["--study=mended"])] {
      let ending = try program.run(command + settings)
      #expect(ending.status == 0 && ending.errors.contains(said), "\(ending.errors)")
      let mended = try program.run(command + name + settings + ["--rm_dup_inter=first"])
      #expect(mended.status == 0 && !mended.errors.contains("repeat"), "\(mended.errors)")
    }
    let described = try program.run(["dataset", "describe", "shop"])
    #expect(described.errors.contains(said))
    #expect(
      described.output.contains("; 60 repeat another row exactly (same user, item and time)"), "\(described.output)")
    let sparsity = try #require(described.output.firstMatch(of: #/sparsity +(\S+) %/#).flatMap { Double($0.output.1) })
    #expect((0...100).contains(sparsity), "\(described.output)")
  }

  @Test func `A condition that no trial meets says so, and which values there are`() throws {
    let program = try Program()
    try program.write("n_layers choice [2,1]\nhidden_act choice ['gelu','relu']\n", to: "hyper.test")
    #expect(try program.run(["--params_file=hyper.test", "--epochs=1", "--hidden_size=8"]).status == 0)
    for (conditions, message) in [
      (["n_layers=7"], "no trial matches n_layers=7; the trials so far have n_layers 1, 2\n"),
      (
        ["n_layers=1", "hidden_act=tanh"],
        "no trial matches n_layers=1 and hidden_act=tanh; the trials so far have hidden_act gelu, relu\n"
      ), (["n_layers>2"], "no trial matches n_layers>2; the trials so far have n_layers 1, 2\n"),
      (
        ["state in pruned,failed"],
        "no trial matches state in pruned,failed; the trials so far have state completed\n"
      ), (["n_layers=1", "n_layers=2"], "no trial matches n_layers=1 and n_layers=2\n"),
    ] {
      for format in ["table", "json", "csv", "markdown"] {
        let ending = try program.run(["leaderboard", "--format=\(format)"] + conditions.map { "--where=\($0)" })
        #expect(ending.status == 0 && ending.errors == message, "\(ending.errors)")
      }
    }
    let some = try program.run(["leaderboard", "--where=n_layers=1"])
    #expect(some.status == 0 && some.errors.isEmpty)
  }
}

import Testing

/// The reference program's `--tool`, with the real program.
@Suite struct ReferenceToolTests {
  @Test(arguments: [
    ("Hyperopt", "note: --tool=Hyperopt has no effect: trials always run in this process\n"),
    (
      "Ray",
      "note: --tool=Ray has no effect: trials always run in this process; "
        + "for Ray's pruning use --pruner=asha, for its random search --algo=random\n"
    ),
  ])
  func `The option is accepted and says that it chooses nothing`(tool: String, note: String) throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let ending = try program.run(["--params_file=hyper.test", "--epochs=0", "--tool=\(tool)"])
    #expect(ending.status == 0)
    #expect(ending.errors.contains(note), "\(ending.errors)")
    #expect(ending.output.contains("1 trial: 1 completed"))
    // A study has nothing that depends on it.
    let without = try program.run(["--params_file=hyper.test", "--epochs=0"])
    #expect(without.status == 0 && without.output == ending.output)
    #expect(!without.errors.contains("--tool"))
  }
}

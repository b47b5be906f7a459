import Foundation
import Testing

/// The causal objective, through the real program.
@Suite struct CausalStudyTests {
  @Test func `A study compares objectives, and the winner is put to use`() throws {
    let program = try Program()
    try program.write("objective choice ['cloze', 'causal']\nn_layers choice [1]\n", to: "hyper.test")
    try program.write("n_layers choice [1]\n", to: "plain.test")
    for (study, file) in [("plain", "plain.test"), ("both", "hyper.test")] {
      let run = try program.run(
        ["--params_file=\(file)", "--study=\(study)", "--epochs=2", "--train_batch_size=64", "--keep_weights=2"])
      try #require(run.status == 0, "\(run.errors)")
    }
    // A study without the key does not store it, and a trial with the default is that study's trial.
    let stored = try SQLite.run("SELECT fixed_configuration FROM study WHERE name = 'plain'", in: program)
    #expect(!stored.contains("objective"))
    let ranks = try SQLite.run(
      """
      SELECT count(DISTINCT hex(ranks)) FROM user_rank JOIN trial ON trial.id = trial_id WHERE split = 'test'
      """, in: program)
    #expect(ranks == "2\n")
    let work = try SQLite.run(
      "SELECT epoch_cost FROM trial JOIN study ON study.id = study_id WHERE study.name = 'both' ORDER BY ordinal",
      in: program
    ).split(separator: "\n").compactMap { Double($0) }
    try #require(work.count == 2)
    #expect(work[1] < 0.7 * work[0], "\(work)")

    let export = try program.run(["export", "both", "--trial=2", "--to=model"])
    #expect(export.status == 0 && export.errors.contains("note: RecBole's BERT4Rec has no causal objective"))
    let files = try FileManager.default.contentsOfDirectory(atPath: program.folder.appendingPathComponent("model").path)
    #expect(files.sorted() == ["config.yaml", "item_vectors.npy", "items.tsv", "weights.safetensors"])
    let lists = try program.run(["recommend", "--weights=model/weights.safetensors", "--all", "--top=3"])
    #expect(lists.status == 0, "\(lists.errors)")
    let evaluation = try program.run(["evaluate", "--weights=model/weights.safetensors"])
    #expect(evaluation.status == 0 && !evaluation.errors.contains("no effect"), "\(evaluation.errors)")
    let recorded = try SQLite.run(
      """
      SELECT printf('%.4f', value) FROM result JOIN trial ON trial.id = trial_id JOIN study ON study.id = study_id
      WHERE study.name = 'both' AND ordinal = 2 AND result.split = 'test' AND result.metric = 'ndcg@10'
      """, in: program)
    #expect(evaluation.output.contains(recorded.trimmingCharacters(in: .newlines)), "\(evaluation.output)")
  }

  @Test func `Masks have no effect on it, and a history may have one item`() throws {
    let program = try Program()
    let run = try program.run([
      "train", "--objective=causal", "--mask_ratio=0.3", "--ft_ratio=0.1", "--MAX_ITEM_LIST_LENGTH=1", "--epochs=1",
    ])
    #expect(run.status == 0, "\(run.errors)")
    for key in ["mask_ratio", "ft_ratio"] {
      #expect(run.errors.contains("\(key) has no effect here: the causal objective masks no items"), "\(run.errors)")
    }
    let refused = try program.run(["train", "--objective=autoregressive"])
    #expect(refused.status == 2 && refused.errors.contains("cloze or causal"), "\(refused.errors)")
  }
}

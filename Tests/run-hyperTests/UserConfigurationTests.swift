import Foundation
import Testing

/// Configurations that users of RecBole have published for BERT4Rec and its relatives, by the lines that matter: those
/// that RecBole trains start here, the others end with every line that has to change.
@Suite struct UserConfigurationTests {
  /// A file, the lines of the answer that are errors, and those that are notes, each by a part of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    var errors: [String] = []
    var notes: [String] = []
  }

  static let starting = [
    Case(
      testDescription: "Y01",
      text: """
        metrics: ['NDCG', 'GAUC']
        valid_metric: NDCG@10
        num_negatives_eval: 100
        neg_sampling_dynamic: false
        full_catalog_eval_enabled: true
        full_catalog_eval_topk: [10, 20]
        eval_valid_user_cap: 1000
        eval_test_user_cap: null
        eval_sample_seed: 42
        """,
      notes: [
        "7 settings have no effect here:",
        "y.yaml:3: num_negatives_eval has no effect here: it is not a configuration key",
        "y.yaml:4: neg_sampling_dynamic",
        "y.yaml:5: full_catalog_eval_enabled", "y.yaml:6: full_catalog_eval_topk", "y.yaml:7: eval_valid_user_cap",
        "y.yaml:8: eval_test_user_cap", "y.yaml:9: eval_sample_seed",
      ]),
    Case(testDescription: "Y02", text: "n_layers: 2\nn_heads: 2\nloss_type: 'CE'\ntopk: [1,5,10,20,40,50]\n"),
    Case(testDescription: "Y03", text: "# 模型参数\nn_layers: 1  # 层数\nn_heads: 1\n"),
    Case(
      testDescription: "Y04", text: "n_layers: 1\ntrain:\n  epochs: 100\n  lr: 0.01\n  optimizer: {name: adam}\n",
      notes: ["y.yaml:2: train has no effect here"]),
    Case(
      testDescription: "Y05", text: "user_inter_num_interval: [2, 100000]\nitem_inter_num_interval: [1, 100000]\n"),
    Case(
      testDescription: "Y06", text: "train_neg_sample_args: null\nn_layers: 1\ntrain_neg_sample_args: null\n"),
    Case(
      testDescription: "Y07", text: "train_from_scratch: False\n", notes: ["y.yaml:1: train_from_scratch has no effect"]
    ),
    Case(
      testDescription: "Y08", text: "n_layers: 1\nunisrec_transform: ~\n",
      notes: ["y.yaml:2: unisrec_transform has no effect"]),
  ]

  static let refused = [
    Case(
      testDescription: "Y09", text: "eval_setting: TO_LS,full\n",
      errors: [
        "y.yaml:1: found the unknown key 'eval_setting'; "
          + "expected eval_args: {'mode': 'full', 'order': 'TO', 'split': {'LS': 'valid_and_test'}}"
      ]),
    Case(
      testDescription: "Y10", text: "num_layers: 1\ndropout_prob: 0.2\nd_state: 32\nd_conv: 4\nexpand: 2\n",
      errors: [
        "y.yaml:1: found the unknown key 'num_layers'; expected n_layers",
        "y.yaml:2: found the unknown key 'dropout_prob'; expected hidden_dropout_prob",
      ], notes: ["3 settings", "y.yaml:3: d_state has no effect", "y.yaml:4: d_conv", "y.yaml:5: expand"]),
    Case(
      testDescription: "Y11", text: "dropout_prob: 0.2\nn_heads: 2\nnum_layers: 1\n",
      errors: ["y.yaml:1: found the unknown key 'dropout_prob'", "y.yaml:3: found the unknown key 'num_layers'"]),
    Case(
      testDescription: "Y12", text: "field_seperator: \"\\t\"\neval_args: {'split': {'RS': [0.8,0.1,0.1]}}\n",
      errors: [
        "y.yaml:1: found the unknown key 'field_seperator'; expected a known key, such as field_separator"
      ]),
    Case(
      testDescription: "Y13",
      text: """
        reproducibility': True
        num_layers: 2
        dropout_prob: 0.2
        workers: 4
        QUANTITY_FIELD: quantity
        log_dir: log
        eval_args:
          group_by: session_id
          split: {'LS': 'valid_and_test'}
        metrics: ["Recall", "MRR", "NDCG", "AveragePopularity", "TailPercentage", "ItemCoverage"]
        load_col:
          inter: ['user_id', 'item_id', 'timestamp']
          preload_weight: ['item_id', 'vector']
        """,
      errors: [
        "y.yaml:7: found eval_args group_by session_id; expected user",
        "y.yaml:1: found the unknown key 'reproducibility''; expected a known key, such as reproducibility",
        "y.yaml:2: found the unknown key 'num_layers'; expected n_layers",
        "y.yaml:3: found the unknown key 'dropout_prob'; expected hidden_dropout_prob",
        "y.yaml:4: found the unknown key 'workers'; expected a known key, such as worker, which has no effect here",
      ],
      notes: [
        "3 settings", "y.yaml:11: load_col's .preload_weight", "y.yaml:5: QUANTITY_FIELD", "y.yaml:6: log_dir",
      ]),
    Case(
      testDescription: "Y14",
      text: """
        wandb_entity: me
        wandb_run_name: first
        logging: {level: info}
        eval_args: {gourp_by: user, order: TO, spilt: {LS: valid_and_test}, mode: full, max_seq_len: 50}
        """,
      errors: [
        "y.yaml:4: found eval_args sub-key 'gourp_by', which does not exist; expected split, order, group_by or mode; perhaps group_by",
        "y.yaml:4: found eval_args sub-key 'spilt', which does not exist; expected split, order, group_by or mode; perhaps split",
      ],
      notes: [
        "4 settings", "eval_args max_seq_len has no effect here: the key is MAX_ITEM_LIST_LENGTH, outside eval_args",
        "y.yaml:1: wandb_entity", "y.yaml:2: wandb_run_name", "y.yaml:3: logging",
      ]),
    Case(
      testDescription: "Y15",
      text: "mlm_probability: 0.2\nmin_user_inter_num: 5\nmin_item_inter_num: 3\nlog_root: ./log\n",
      errors: [
        "y.yaml:1: found the unknown key 'mlm_probability'; expected mask_ratio",
        "y.yaml:2: found the unknown key 'min_user_inter_num'; expected user_inter_num_interval: \"[5,inf)\"",
        "y.yaml:3: found the unknown key 'min_item_inter_num'; expected item_inter_num_interval: \"[3,inf)\"",
      ], notes: ["y.yaml:4: log_root has no effect"]),
    Case(
      testDescription: "Y16", text: "num_attention_heads: 2\nnum_hidden_layers: 2\n",
      errors: [
        "y.yaml:1: found the unknown key 'num_attention_heads'; expected n_heads",
        "y.yaml:2: found the unknown key 'num_hidden_layers'; expected n_layers",
      ]),
    Case(
      testDescription: "Y17", text: "batch_size: 256\n",
      errors: ["y.yaml:1: found the unknown key 'batch_size'; expected train_batch_size"]),
    Case(
      testDescription: "Y18", text: "n_heads: 2\nhidden_size: 64\nn_heads: 8\n",
      errors: [
        "y.yaml:3: found the key 'n_heads' again, with 8 here and 2 on line 1; expected only one of the two lines"
      ]),
    Case(
      testDescription: "Y19", text: "transform: null\n",
      errors: ["y.yaml:1: found transform null; expected mask_itemseq, since BERT4Rec trains on masked histories"]),
  ]

  /// Runs `train` with the file on a table of 15 rows.
  private func train(_ given: Case) throws -> Program.Ending {
    let program = try Program()
    try program.write(given.text, to: "y.yaml")
    let rows = (0..<15).map { "u\($0 % 3)\ti\($0 / 3)\t\($0)\n" }.joined()
    try program.write("user_id:token\titem_id:token\ttimestamp:float\n" + rows, to: "datasets/own/own.inter")
    return try program.run(["train", "--config_files=y.yaml", "--dataset=own", "--epochs=1", "--hidden_size=8"])
  }

  @Test(arguments: starting)
  func `A configuration that RecBole trains starts, with a note for each line without effect`(given: Case) throws {
    let ending = try train(given)
    #expect(ending.status == 0, "\(ending.errors)")
    let notes = ending.errors.split(separator: "\n").filter { $0.hasPrefix("note: ") }
    #expect(notes.count == given.notes.count, "\(ending.errors)")
    for (note, part) in zip(notes, given.notes) { #expect(note.hasPrefix("note: \(part)"), "\(note)") }
  }

  @Test(arguments: refused)
  func `Any other ends with every line that has to change`(given: Case) throws {
    let ending = try train(given)
    #expect(ending.status == 2 && ending.output == "", "\(ending.errors)")
    let lines = ending.errors.replacing("error: ", with: "").split(separator: "\n")
    #expect(lines.count == given.errors.count + given.notes.count, "\(ending.errors)")
    for (line, part) in zip(lines, given.errors) { #expect(line.hasPrefix(part), "\(line)") }
    for (line, part) in zip(lines.dropFirst(given.errors.count), given.notes) {
      #expect(line.hasPrefix("note: ") && line.contains(part), "\(line)")
    }
  }
}

import Literals
import Testing

@testable import Model

@Suite struct KeyMeaningTests {
  /// The keys of RecBole 1.2.1's general settings and of its sample of dataset settings.
  private static let generalKeys = """
    gpu_id worker use_gpu seed state reproducibility data_path checkpoint_dir show_progress save_dataset dataset_save_path
    save_dataloaders dataloaders_save_path log_wandb wandb_project shuffle epochs train_batch_size learner learning_rate
    train_neg_sample_args eval_step stopping_step clip_grad_norm weight_decay loss_decimal_place require_pow enable_amp
    enable_scaler transform eval_args repeatable metrics topk valid_metric valid_metric_bigger eval_batch_size
    metric_decimal_place ENTITY_ID_FIELD HEAD_ENTITY_ID_FIELD ITEM_ID_FIELD ITEM_LIST_LENGTH_FIELD LABEL_FIELD LIST_SUFFIX
    MAX_ITEM_LIST_LENGTH NEG_PREFIX POSITION_FIELD RATING_FIELD RELATION_ID_FIELD TAIL_ENTITY_ID_FIELD TIME_FIELD
    USER_ID_FIELD additional_feat_suffix alias_of_entity_id alias_of_item_id alias_of_relation_id alias_of_user_id
    benchmark_filename discretization entity_kg_num_interval field_separator filter_inter_by_user_or_item
    item_inter_num_interval kg_reverse_r load_col normalize_all normalize_field numerical_features preload_weight
    relation_kg_num_interval rm_dup_inter seq_len seq_separator threshold unload_col unused_col user_inter_num_interval
    val_interval config_file encoding device eval_type MODEL_TYPE MODEL_INPUT_TYPE local_rank world_size single_spec nproc
    ip port tail_ratio valid_neg_sample_args test_neg_sample_args n_layers n_heads hidden_size inner_size
    hidden_dropout_prob attn_dropout_prob hidden_act layer_norm_eps initializer_range mask_ratio loss_type ft_ratio
    dataset model embedding_size reg_weight alpha num_clusters xgb_params save_step pretrain_epochs train_stage eta
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test(arguments: generalKeys)
  func `Every key of RecBole has an effect, or a reason for having none`(key: String) {
    switch Configuration.meaning(ofKey: key) {
    case .known: #expect(Configuration.keys.contains { $0.name == key })
    case .fixed(let reason), .withoutEffect(let reason): #expect(!reason.isEmpty)
    case .display: #expect(key == "show_progress")
    case .alias, .near, .unknown: Issue.record("\(key) is not known")
    }
  }

  @Test func `Each key has one meaning`() {
    let tables = [
      Set(KeyTable.rows.map(\.name)), Set(KeyTable.reasons.keys), Set(KeyTable.aliases.keys), KeyTable.otherModelsKeys,
    ]
    #expect(Set(tables.joined()).count == tables.map(\.count).reduce(0, +))
  }

  @Test(
    arguments: [
      ("field_seperator", "field_separator"), ("learning_rte", "learning_rate"), ("Hidden_Size", "hidden_size"),
      ("n_haeds", "n_heads"), ("nheads", "n_heads"), ("metric", "metrics"), ("max_item_length", "MAX_ITEM_LIST_LENGTH"),
      ("transfrom", "transform"), ("reproducibility'", "reproducibility"), ("workers", "worker"),
      ("num_attention_head", "n_heads"), ("min_user_inter_nums", "user_inter_num_interval"),
    ])
  func `A near miss is close to a key or to another program's name of one`(key: String, name: String) {
    #expect(Configuration.meaning(ofKey: key) == .near(name))
  }

  @Test(arguments: [
    "d_state", "d_conv", "expand", "train_from_scratch", "wandb_entity", "wandb_run_name", "log_root", "log_dir",
    "logging",
    "QUANTITY_FIELD", "unisrec_transform", "num_negatives_eval", "neg_sampling_dynamic", "full_catalog_eval_topk",
    "eval_sample_seed", "num_labels", "num_users", "lambda", "stage", "data_dir", "", "<<",
  ])
  func `What other programs call their own settings is close to nothing`(key: String) {
    if key == "stage" { return #expect(Configuration.meaning(ofKey: key) == .near("state")) }
    #expect(Configuration.meaning(ofKey: key) == .unknown)
  }

  @Test(arguments: [
    ("num_attention_heads", "n_heads"), ("num_hidden_layers", "n_layers"), ("intermediate_size", "inner_size"),
    ("attention_probs_dropout_prob", "attn_dropout_prob"), ("max_position_embeddings", "MAX_ITEM_LIST_LENGTH"),
    ("mlm_probability", "mask_ratio"), ("LR", "learning_rate"), ("batch_size", "train_batch_size"),
    ("mlp_hidden_size", "inner_size"), ("dropout_prob", "hidden_dropout_prob"), ("split", "eval_args"),
  ])
  func `Names of other programs lead to the key`(key: String, name: String) {
    #expect(Configuration.meaning(ofKey: key) == .alias(of: name))
  }

  @Test(arguments: [
    ("min_user_inter_num", Literal.integer(5), "user_inter_num_interval: \"[5,inf)\""),
    ("max_item_inter_num", .null, "item_inter_num_interval: \"[0,N]\""),
    ("lowest_val", .map(["rating": .integer(3)]), "val_interval: {'rating': '[3,inf)'}"),
    ("not_equal_val", .map(["rating": .number(0.5)]), "val_interval: {'rating': '(-inf,0.5);(0.5,inf)'}"),
    ("mode", .text("full"), "eval_args: {'mode': 'full'}"),
    (
      "eval_setting", .text("RO_RS,uni100"),
      "eval_args: {'mode': 'full', 'order': 'TO', 'split': {'LS': 'valid_and_test'}}"
    ),
  ])
  func `An old key is rewritten with its value, which reads as YAML`(key: String, value: Literal, text: String) throws {
    #expect(RewrittenKey(key, value)?.text(onCommandLine: false) == text)
    if value != .null { _ = try Configuration(layers: [ConfigurationLayer(yaml: text, file: "a.yaml")]) }
  }

  @Test func `A file of another kind is not gone through to its end`() {
    let text = (0..<2000).map { "something_\($0): 1\n" }.joined()
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yaml: text, file: "a.yaml") }
    #expect(error?.description == "a.yaml:1001: found more than 1000 unknown keys; expected a configuration file")
  }

  @Test func `What has no effect is counted where it is more than one thing`() throws {
    let layer = try ConfigurationLayer(
      yaml: "gpu_id: 0\nd_state: 1\nn_layers: 1\nload_col: {kg: '*'}\n", file: "a.yaml")
    #expect(
      try Configuration(layers: [layer]).notes == [
        "3 settings have no effect here:", "a.yaml:4: load_col's .kg has no effect here: BERT4Rec does not use it",
        "a.yaml:1: gpu_id has no effect here: training runs on the CPU",
        "a.yaml:2: d_state has no effect here: it is not a configuration key",
      ])
  }
}

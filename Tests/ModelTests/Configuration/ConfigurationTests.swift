import Foundation
import Literals
import Testing

@testable import Model

/// A configuration of command-line arguments.
private func configuration(_ arguments: [(key: String, text: String)]) throws(ConfigurationError) -> Configuration {
  try Configuration(layers: [try ConfigurationLayer(arguments: arguments)])
}

@Suite struct ConfigurationTests {
  @Test func `Without layers everything has its documented default`() throws {
    let configuration = try Configuration(layers: [])
    #expect(configuration == Configuration())
    #expect(configuration.notes.isEmpty)
    #expect(configuration.network.hiddenDropout == 0.5 && configuration.network.attentionDropout == 0.5)
    #expect(configuration.dataset.name == "grocery")
    #expect(configuration.dataset.dataPaths == ["datasets", "dataset"])
  }

  @Test func `The table of keys has the defaults that the types have`() throws {
    let table = Dictionary(uniqueKeysWithValues: Configuration.keys.map { ($0.name, $0.defaultValue) })
    let layer = ConfigurationLayer(source: "table", values: table)
    #expect(try Configuration(layers: [layer]) == Configuration())
    // Studies store the newer keys only with other values.
    let newer = ["epoch_fraction", "objective", "precision", "repeatable", "tail_ratio", "weight_average"]
    #expect(Set(table.keys) == Set(Configuration().values.map(\.key) + newer))
  }

  @Test func `Metrics over lists, and GAUC without a cut-off`() throws {
    let result = try configuration([
      ("metrics", "[NDCG,GAUC,ItemCoverage,averagepopularity,ShannonEntropy,GiniIndex,TailPercentage]"),
      ("topk", "[5,10]"), ("valid_metric", "GiniIndex@5"), ("tail_ratio", "3"),
    ])
    #expect(
      result.evaluation.metrics == [
        .ndcg, .gauc, .itemCoverage, .averagePopularity, .shannonEntropy, .giniIndex, .tailPercentage,
      ])
    let names = result.evaluation.metricNames
    #expect(names.prefix(5) == ["ndcg@5", "ndcg@10", "gauc", "itemcoverage@5", "itemcoverage@10"])
    #expect(result.evaluation.validationMetric == "giniindex@5" && result.evaluation.tailRatio == 3)
    #expect(result.effectiveValues.contains { $0.key == "tail_ratio" && $0.value == .number(3) })
    #expect(try configuration([("metrics", "gauc"), ("valid_metric", "GAUC")]).evaluation.metricNames == ["gauc"])
    // Without the metric, the key changes nothing.
    for value in ["3", "None", "0.1"] {
      let plain = try configuration([("tail_ratio", value)])
      #expect(plain.evaluation.tailRatio == 0.1 && plain.notes.isEmpty == (value != "3"))
      #expect(!(plain.values + plain.effectiveValues).contains { $0.key == "tail_ratio" })
    }
    for (arguments, part) in [
      ([("metrics", "TailPercentage"), ("valid_metric", "TailPercentage@10"), ("tail_ratio", "0")], "number > 0"),
      ([("metrics", "[MRR,GAUC]"), ("valid_metric", "GAUC@10")], "valid_metric 'GAUC@10', which is not measured"),
      ([("metrics", "[MRR,Coverage]")], "GiniIndex or TailPercentage"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try configuration(arguments) }
      #expect(error.map { "\($0)".contains(part) } == true, "\(String(describing: error))")
    }
  }

  @Test func `Later layers win, key by key`() throws {
    let file = try ConfigurationLayer(yaml: "n_layers: 3\nlearning_rate: 1e-2\ntopk: [5, 10]\n", file: "a.yaml")
    let second = try ConfigurationLayer(yaml: "learning_rate: 5e-3\n", file: "b.yaml")
    let line = try ConfigurationLayer(arguments: [("n_layers", "1")])
    let result = try Configuration(layers: [file, second, line])
    #expect(result.network.layerCount == 1)
    #expect(result.training.learningRate == 0.005)
    #expect(result.evaluation.cutoffs == [5, 10])
  }

  @Test func `Sub-keys missing from eval_args keep their defaults`() throws {
    #expect(try configuration([("eval_args", "{'mode':'full'}")]).dataset.split == .validAndTest)
    let layer = try ConfigurationLayer(yaml: "eval_args:\n  split: {LS: valid_only}\n", file: "a.yaml")
    #expect(try Configuration(layers: [layer]).dataset.split == .validOnly)
    let full = try configuration([
      ("eval_args", "{'split': {'LS': 'test_only'}, 'order': 'TO', 'group_by': None, 'mode': {'valid': 'full'}}")
    ])
    #expect(full.dataset.split == .testOnly)
  }

  @Test(arguments: [
    ("{'split':{'RS':[0.8,0.1,0.1]}}", DatasetConfiguration.Split.ratioByUser(SplitRatios([0.8, 0.1, 0.1]))),
    ("{'split':{'RS':[8,1,1]},'group_by':'user'}", .ratioByUser(SplitRatios([0.8, 0.1, 0.1]))),
    ("{'split':{'RS':[0.8,0.1,0.1]},'group_by':None}", .ratio(SplitRatios([0.8, 0.1, 0.1]))),
    ("{'split':{'RS':[80,10,10]},'group_by':'none'}", .ratio(SplitRatios([0.8, 0.1, 0.1]))),
    ("{'split':{'TS':[1,0,1]}}", .time(SplitRatios([0.5, 0, 0.5]))),
    ("{'split':{'TS':[0.7,0.2,0.1]},'group_by':None,'order':'TO'}", .time(SplitRatios([0.7, 0.2, 0.1]))),
    // The last bits of 0.7, 0.2 and 0.1 depend on their sum, so these are another setting.
    ("{'split':{'RS':[7,2,1]}}", .ratioByUser(SplitRatios([7, 2, 1]))),
  ])
  func `Splits by ratio and by time are read, and stored in one form`(
    text: String, split: DatasetConfiguration.Split
  ) throws {
    let read = try configuration([("eval_args", text)])
    #expect(read.dataset.split == split && read.notes.isEmpty)
    let stored = try #require(read.values.first { $0.key == "eval_args" })
    let again = try configuration([("eval_args", stored.value.canonical)])
    #expect(again == read && again.values.map(\.value.canonical) == read.values.map(\.value.canonical))
    let yaml = try ConfigurationLayer(yaml: "eval_args: \(stored.value.yaml)\n", file: "a.yaml")
    #expect(try Configuration(layers: [yaml]) == read)
  }

  @Test func `Ratios with the same shares are one setting, and keep the shares to the last bit`() throws {
    func stored(_ text: String) throws -> String? {
      try configuration([("eval_args", "{'split':{'RS':\(text)},'group_by':'none'}")]).values
        .first { $0.key == "eval_args" }?.value.canonical
    }
    #expect(
      try stored("[8,1,1]") == "{'group_by':'none','mode':'full','order':'TO','split':{'RS':[0.8,0.1,0.1]}}")
    #expect(try stored("[8,1,1]") == stored("[0.8,0.1,0.1]"))
    #expect(try stored("[7,2,1]") != stored("[0.7,0.2,0.1]"))
    for ratios in [[8, 1, 1], [7, 2, 1], [0.7, 0.2, 0.1], [1, 1, 1], [3, 0, 7], [0.85, 0, 0.15]] as [[Double]] {
      let sum = ratios[0] + ratios[1] + ratios[2]
      #expect(SplitRatios(ratios).shares == ratios.map { $0 / sum })
    }
  }

  @Test func `Values are taken where nothing is lost`() throws {
    let result = try configuration([
      ("n_layers", "3.0"), ("learning_rate", "1"), ("metrics", "ndcg"), ("topk", "20"), ("valid_metric", "NDCG@20"),
      ("learner", "AdamW"), ("loss_type", "bpr"), ("clip_grad_norm", "{'max_norm': 5, 'norm_type': 2}"),
      ("dataset", "007"), ("field_separator", "\\t"), ("weight_decay", "-0.0"),
    ])
    #expect(result.network.layerCount == 3)
    #expect(result.training.learningRate == 1)
    #expect(result.evaluation.metrics == [.ndcg] && result.evaluation.cutoffs == [20])
    #expect(result.evaluation.validationMetric == "ndcg@20")
    #expect(result.training.optimizer == .adamw && result.network.loss == .pairwise)
    #expect(result.training.maximumGradientNorm == 5)
    #expect(result.dataset.name == "007")
    #expect(result.dataset.fieldSeparator == "\t")
    #expect(try configuration([("clip_grad_norm", "2")]).training.maximumGradientNorm == 2)
    #expect(try configuration([("clip_grad_norm", "~")]).training.maximumGradientNorm == nil)
    #expect(try configuration([("weight_average", "0.999")]).training.weightAverage == 0.999)
    #expect(try configuration([("weight_average", "None")]).training.weightAverage == nil)
    for (text, count) in [
      ("1", 1), ("1.0", 1), ("0.5", 2), ("1/3", 3), ("0.333", 3), ("2e-1", 5), ("1/7", 7), ("0.01", 100),
    ] {
      #expect(try configuration([("epoch_fraction", text)]).training.epochsPerPass == count, "\(text)")
      let file = try ConfigurationLayer(yaml: "epoch_fraction: \(text)\n", file: "a.yaml")
      #expect(try Configuration(layers: [file]).training.epochsPerPass == count, "\(text)")
    }
    #expect(try configuration([("dataset", "123")]).dataset.name == "123")
    #expect(try configuration([("metrics", "[Hit,MRR]")]).evaluation.metrics == [.hit, .reciprocalRank])
  }

  @Test func `Dataset keys arrive typed`() throws {
    let yaml = """
      dataset: toy
      data_path: /data
      load_col: {inter: [user_id, item_id], item: "*"}
      rm_dup_inter: last
      val_interval: {rating: "[3,inf)", kind: [a, 1]}
      user_inter_num_interval: "[5,inf)"
      item_inter_num_interval: ~
      normalize_field: [timestamp]
      seq_len: {item_id_list: 20}
      benchmark_filename: [a, b, c]
      alias_of_item_id: [item_id_list]
      MAX_ITEM_LIST_LENGTH: 20
      time_precision: float32
      """
    let result = try Configuration(layers: [try ConfigurationLayer(yaml: yaml, file: "a.yaml")])
    let dataset = result.dataset
    #expect(dataset.dataPaths == ["/data"])
    #expect(dataset.loadedColumns == ["inter": .some(["user_id", "item_id"]), "item": .all])
    #expect(dataset.duplicates == .keepLast)
    #expect(dataset.valueFilters["kind"] == .tokens(["1", "a"]))
    #expect(dataset.userCountInterval?.contains(4) == false)
    #expect(dataset.itemCountInterval == nil)
    #expect(dataset.normalizedFields == ["timestamp"] && !dataset.normalizesAll)
    #expect(dataset.sequenceLimits == ["item_id_list": 20])
    #expect(dataset.benchmarkFiles == ["a", "b", "c"])
    #expect(dataset.maximumLength == 20 && result.network.maximumLength == 20)
    #expect(dataset.timePrecision == .float32)
  }

  @Test func `ML-100K with 32-bit times starts from the reference's settings`() throws {
    let exact = try configuration([("dataset", "ml-100k")])
    #expect(!exact.dataset.normalizesAll && exact.dataset.userCountInterval != nil)
    let rounded = try configuration([("dataset", "ml-100k"), ("time_precision", "float32")])
    #expect(rounded.dataset.normalizesAll && rounded.dataset.userCountInterval == nil)
    let own = try configuration([("dataset", "ml-100k"), ("time_precision", "float32"), ("normalize_all", "False")])
    #expect(!own.dataset.normalizesAll)
  }

  @Test func `A null for a key without effect asks for nothing, so nothing is said`() throws {
    #expect(try configuration([("train_neg_sample_args", "None")]).notes.isEmpty)
  }

  @Test(arguments: [
    "train_neg_sample_args=~", "train_neg_sample_args={'distribution':'uniform'}",
    "gpu_id=0", "worker=4", "embedding_size=64", "valid_metric_bigger=False", "LABEL_FIELD=label",
  ])
  func `Keys without effect are accepted, each with a note`(argument: String) throws {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    let result = try configuration([(parts[0], parts[1])])
    #expect(result == Configuration())
    #expect(result.notes.count == 1 && result.notes[0].contains("--\(parts[0]): \(parts[0]) has no effect here"))
  }

  @Test func `A key that earlier studies do not know is stored only with a value that they do not have`() throws {
    let plain = try configuration([("weight_average", "None")])
    #expect(!(plain.values + plain.effectiveValues).contains { $0.key == "weight_average" })
    let averaged = try configuration([("weight_average", "0.99")])
    #expect(averaged.effectiveValues.contains { $0.key == "weight_average" && $0.value == .number(0.99) })
    #expect(averaged != plain && plain == Configuration())
    let newer = ["precision", "epoch_fraction", "objective"]
    #expect(!(plain.values + plain.effectiveValues).contains { newer.contains($0.key) })
    #expect(try configuration([("epoch_fraction", "1")]) == plain)
    let thirds = try configuration([("epoch_fraction", "0.333")])
    #expect(try configuration([("epoch_fraction", "1/3")]) == thirds && thirds != plain)
    #expect(thirds.effectiveValues.contains { $0.key == "epoch_fraction" && $0.value == .number(1.0 / 3) })
    let causal = try configuration([("objective", "causal")])
    #expect(causal.effectiveValues.contains { $0.key == "objective" && $0.value == .text("causal") })
    #expect(try configuration([("objective", "cloze")]) == plain && causal != plain)
    #expect(try configuration([("precision", "float32")]) == plain)
    let paired = try configuration([("precision", "BFloat16")])
    #expect(paired.training.precision == .bfloat16 && paired != plain)
    #expect(paired.effectiveValues.contains { $0.key == "precision" && $0.value == .text("bfloat16") })
  }

  @Test func `A stored configuration reads back as the same one`() throws {
    let layers = [
      try ConfigurationLayer(
        yaml:
          "clip_grad_norm: 3\nweight_average: 0.99\nepoch_fraction: 0.143\nprecision: bfloat16\nmetrics: [MAP, hit]\ntopk: 5\nvalid_metric: map@5\nlayer_norm_eps: 1e-8\nload_col: ~\n"
          + "dataset: ml-100k\ntime_precision: float32\nnormalize_field: [timestamp]\nval_interval: {a: '[1,2)', b: [x]}\n"
          + "eval_args: {split: {LS: test_only}}\nseed: 7\ndata_path: /data\nrm_dup_inter: first\n",
        file: "a.yaml")
    ]
    for layers in [[], layers] {
      let configuration = try Configuration(layers: layers)
      let values = Dictionary(uniqueKeysWithValues: configuration.values.map { ($0.key, $0.value) })
      let text = Literal.map(values).exactJSON
      guard case .map(let stored) = try Literal(parsing: text, as: .configuration) else {
        Issue.record("not a map: \(text)")
        return
      }
      let restored = try Configuration(layers: [ConfigurationLayer(source: "stored", canonical: stored)])
      #expect(restored == configuration)
      #expect(restored.values.map(\.value) == configuration.values.map(\.value))
    }
  }

  @Test func `What numbers do not depend on is not among the effective values`() throws {
    let plain = try Configuration(layers: [])
    let other = try configuration([
      ("data_path", "/data"), ("eval_batch_size", "1"), ("load_col", "{'inter': ['user_id','item_id','timestamp']}"),
      ("worker", "3"),
    ])
    #expect(plain.effectiveValues.map(\.key) == other.effectiveValues.map(\.key))
    #expect(plain.effectiveValues.map(\.value) == other.effectiveValues.map(\.value))
    #expect(plain.effectiveValues.map(\.key) == plain.effectiveValues.map(\.key).sorted())
    let seeded = try configuration([("seed", "1")])
    #expect(plain.effectiveValues.map(\.value) != seeded.effectiveValues.map(\.value))
  }

  @Test func `The dataset's own file is found beside it and may not lead elsewhere`() throws {
    let toy = try TemporaryDataset(files: ["yaml": "epochs: 7\n"])
    let line = try ConfigurationLayer(arguments: [("dataset", "toy")])
    let found = try Configuration.datasetLayer(for: [line], dataDirectories: [toy.dataPath])
    #expect(found?["epochs"] == .integer(7))
    #expect(try Configuration.datasetLayer(for: [line]) == nil)
    let configuration = try Configuration(layers: [try #require(found), line], dataDirectories: [toy.dataPath])
    #expect(configuration.training.epochs == 7)
    #expect(configuration.dataset.folder == "\(toy.dataPath)/toy")
    try toy.write(Data("data_path: /elsewhere\n".utf8), "yaml")
    #expect(throws: ConfigurationError.self) {
      try Configuration.datasetLayer(for: [line], dataDirectories: [toy.dataPath])
    }
  }
}

@Suite struct ConfigurationErrorTests {
  @Test(
    arguments: [
      ("lr=0.1", ["--lr", "unknown key 'lr'", "learning_rate"]),
      ("dropout=0.1", ["hidden_dropout_prob"]), ("batch_size=1", ["train_batch_size"]),
      ("learning_rte=0.1", ["learning_rate"]), ("qwertz=1", ["unknown key 'qwertz'; expected a known key"]),
      ("n_heads=3", ["--n_heads", "does not divide hidden_size 64"]),
      ("hidden_size=65", ["n_heads 2", "hidden_size 65"]),
      ("hidden_size=0", ["'0'", "integer 1 to 65536"]), ("hidden_size=-8", ["'-8'"]),
      ("hidden_size=99999999999999999999", ["'99999999999999999999'"]), ("hidden_size=65537", ["at most 65536"]),
      ("hidden_size=64.5", ["'64.5'"]), ("hidden_size=[64]", ["'[64]'"]), ("hidden_size=big", ["'big'"]),
      ("n_layers=0", ["integer 1 to 1024"]), ("inner_size=True", ["'True'"]),
      ("hidden_dropout_prob=1", ["below 1"]), ("attn_dropout_prob=-0.1", ["below 1"]),
      ("attn_dropout_prob=1.5", ["1.5"]),
      ("mask_ratio=1.1", ["number 0 to 1"]), ("mask_ratio=0.01", ["less than one item"]),
      ("ft_ratio=2", ["number 0 to 1"]),
      ("layer_norm_eps=-1", ["number ≥ 0"]), ("initializer_range=x", ["'x'"]),
      ("learning_rate=0", ["number > 0"]), ("learning_rate=-1", ["number > 0"]),
      ("learning_rate=1e999", ["number > 0"]),
      ("weight_decay=-1", ["number ≥ 0"]), ("epochs=-1", ["integer ≥ 0"]), ("epochs=1e300", ["'1e300'"]),
      ("train_batch_size=0", ["integer ≥ 1"]), ("eval_batch_size=0", ["integer ≥ 1"]), ("seed=-1", ["integer ≥ 0"]),
      ("stopping_step=-1", ["integer ≥ 0"]), ("topk=0", ["integer ≥ 1"]), ("topk=[]", ["integer ≥ 1"]),
      ("topk=[5,5]", ["5 more than once"]), ("topk=ten", ["'ten'"]),
      ("metrics=[]", ["list of Hit"]), ("metrics=[Recal]", ["'Recal'", "recall"]), ("metrics=AUC", ["'AUC'"]),
      ("metrics=[Hit,hit]", ["hit more than once"]), ("valid_metric=NDCG@20", ["'NDCG@20'", "ndcg@10"]),
      ("topk=20", ["--topk", "valid_metric 'mrr@10'", "mrr@20"]),
      ("hidden_act=gleu", ["gelu, relu, swish, tanh or sigmoid; perhaps gelu"]), ("loss_type=MSE", ["CE or BPR"]),
      ("learner=sparse_adam", ["sparse gradients"]), ("learner=adem", ["perhaps adam"]),
      ("clip_grad_norm=0", ["number > 0"]), ("clip_grad_norm={'max_norm':1,'norm_type':1}", ["norm_type: 2"]),
      ("clip_grad_norm={'norm':1}", ["max_norm"]), ("weight_average=0.5", ["number 0.9 to 0.9999"]),
      ("weight_average=1", ["null"]), ("precision=bf16", ["'bf16'", "float32 or bfloat16"]),
      ("epoch_fraction=0.3", ["'0.3'", "1, 1/2, 1/3 and so on, to 1/100"]), ("epoch_fraction=0", ["'0'", "1/100"]),
      ("epoch_fraction=None", ["1/2"]), ("epoch_fraction=2", ["1/2"]), ("epoch_fraction=1/200", ["'1/200'"]),
      ("shuffle=maybe", ["boolean"]),
      ("model=SASRec", ["'SASRec'", "BERT4Rec"]), ("enable_amp=True", ["32-bit floats"]),
      ("transform=None", ["mask_itemseq"]),
      ("eval_args={'mode':'uni100'}", ["mode uni100", "full"]),
      ("eval_args={'order':'RO'}", ["TO"]),
      ("eval_args={'split':{'RS':[8,1]}}", ["split RS [8,1]", "three numbers, the shares for training"]),
      ("eval_args={'split':{'RS':[8,1,'a']}}", ["three numbers"]), ("eval_args={'split':{'TS':0.8}}", ["split TS 0.8"]),
      ("eval_args={'split':{'RS':[0.8,-0.1,0.3]}}", ["no share below 0"]),
      ("eval_args={'split':{'TS':[0,0,0]}}", ["a first share above 0"]),
      ("eval_args={'split':{'TS':[0,0,1]}}", ["a first share above 0"]),
      ("eval_args={'split':{'TS':[1e-30,0,1]}}", ["a first share that counts beside the third"]),
      ("eval_args={'split':{'RS':[1,0,0]}}", ["nothing would be held out"]),
      ("eval_args={'split':{'RS':[1e308,1e308,1e308]}}", ["three numbers"]),
      ("eval_args={'split':{'RS':[8,1,1],'TS':[8,1,1]}}", ["valid_and_test", "TS: [0.8, 0.1, 0.1]"]),
      ("eval_args={'split':{'RO':[8,1,1]}}", ["valid_and_test", "RS: [0.8, 0.1, 0.1]"]),
      ("eval_args={'split':{'RS':[8,1,1]},'group_by':'item'}", ["expected user, or none for shares of all samples"]),
      ("eval_args={'splt':1}", ["perhaps split"]), ("eval_args={'split':{'LS':'x'}}", ["valid_only"]),
      ("eval_args={'group_by':'item'}", ["user"]), ("eval_args=full", ["map"]),
      ("user_inter_num_interval=5", ["[5,inf)"]), ("item_inter_num_interval=[5,", ["[5,inf)"]),
      ("val_interval={'rating':3}", ["rating: 3"]), ("val_interval=3", ["map"]),
      ("rm_dup_inter=middle", ["first or last or null"]),
      ("load_col=all", ["map"]), ("seq_len={'a':0}", ["a: 0"]), ("MAX_ITEM_LIST_LENGTH=0", ["1 to 65536"]),
      ("benchmark_filename=[a,b]", ["2 names"]), ("benchmark_filename=[a,b,'../c']", ["'../c'"]),
      ("dataset=a/b", ["a slash"]), ("dataset=", ["text"]),
      ("time_precision=float16", ["exact or float32", "perhaps float32"]),
      ("field_separator=", ["text"]), ("field_separator=\\s+", ["backslashes"]), ("USER_ID_FIELD=[1]", ["text"]),
      ("metric_decimal_place=16", ["at most 15"]), ("normalize_all=2", ["boolean"]),
    ] as [(String, [String])])
  func `A wrong value is refused with its place and what would be right`(argument: String, parts: [String]) {
    let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let error = #expect(throws: ConfigurationError.self) { try configuration([(pieces[0], pieces[1])]) }
    #expect(error?.problems.count == 1)
    #expect(error?.description.contains(pieces[0]) == true)
    for part in parts { #expect(error?.description.contains(part) == true, "\(error?.description ?? "") has \(part)") }
  }

  @Test func `All problems are told at once, with their lines`() throws {
    let layer = try ConfigurationLayer(yaml: "n_layers: 0\nlr: 1\nepochs: 5\nmetrics: [X]\n", file: "a.yaml")
    let error = #expect(throws: ConfigurationError.self) { try Configuration(layers: [layer]) }
    let locations = error?.problems.map(\.location) ?? []
    #expect(Set(locations) == ["a.yaml:1", "a.yaml:2", "a.yaml:4"])
    #expect(error?.description.contains("a.yaml:1: found n_layers 0; expected integer 1 to 1024") == true)
  }

  @Test func `Networks too large to count are refused`() {
    #expect(throws: ConfigurationError.self) {
      try configuration([("hidden_size", "65536"), ("inner_size", "65536"), ("n_layers", "1024")])
    }
  }

  @Test func `Both ways to normalize at once are refused`() {
    #expect(throws: ConfigurationError.self) {
      try configuration([("normalize_all", "True"), ("normalize_field", "[timestamp]")])
    }
  }
}

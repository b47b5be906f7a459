import Foundation
import Testing

/// What works in RecBole starts here too, and one value means one thing in YAML, on the command line and in parameter files.
@Suite struct ConfigurationSourceTests {
  private static let header = "user_id:token\titem_id:token\ttimestamp:float\n"

  private static let rows = (0..<15).map { "u\($0 % 3)\ti\($0 / 3)\t\($0)\n" }.joined()

  /// Runs `train` with a YAML file on a table of 15 rows.
  private func train(
    _ yaml: String = "", _ arguments: [String] = [], files: [String: String] = [:], dataset: String = "own"
  ) throws -> Program.Ending {
    let program = try Program()
    try program.write(Self.header + Self.rows, to: "datasets/own/own.inter")
    for (path, text) in files { try program.write(text, to: "datasets/\(dataset)/\(dataset).\(path)") }
    try program.write(yaml, to: "y.yaml")
    return try program.run(
      ["train", "--config_files=y.yaml", "--dataset=\(dataset)", "--epochs=1", "--hidden_size=8"] + arguments)
  }

  private static let splitFiles = Dictionary(
    uniqueKeysWithValues: ["train.inter", "valid.inter", "test.inter"].map {
      ($0, "user_id:token\titem_id_list:token_seq\titem_id:token\nu1\ta b c\td\nu2\tb c\ta\n")
    })

  @Test func `For files split beforehand, split and order have no effect, and are noted`() throws {
    let yaml = """
      benchmark_filename: ['train','valid','test']
      alias_of_item_id: [item_id_list]
      eval_args: {'group_by': null, 'order': 'RO', 'split': {'RS': [0.8,0.1,0.1]}, 'mode': 'full'}
      """
    let ending = try train(yaml, files: Self.splitFiles, dataset: "presplit")
    #expect(ending.status == 0, "\(ending.errors)")
    for name in ["split", "order", "group_by"] {
      #expect(
        ending.errors.contains(
          "note: y.yaml:3: eval_args \(name) has no effect here: the files are already split (benchmark_filename)\n")
      )
    }
    let misspelled = try train(yaml.replacing("'split'", with: "'splt'"), files: Self.splitFiles, dataset: "presplit")
    #expect(misspelled.status == 2 && misspelled.errors.contains("'splt'"), "\(misspelled.errors)")
  }

  @Test(arguments: [
    ("user_inter_num_interval", "[2, 100000]"), ("item_inter_num_interval", "\"[1,inf)\""), ("topk", "5,10"),
    ("topk", "\"[5, 10]\""), ("metrics", "\"[MRR, NDCG]\""), ("eval_args", "\"{'split':{'LS':'valid_only'}}\""),
    ("learning_rate", "\"1e-3\""), ("n_layers", "'1'"), ("shuffle", "\"False\""),
    ("clip_grad_norm", "\"{'max_norm':5}\""),
    ("hidden_act", "\"'relu'\""), ("load_col", "\"{'inter':['user_id','item_id','timestamp']}\""),
    ("val_interval", "{timestamp: [0, 100]}"), ("weight_decay", "1/1000"), ("benchmark_filename", "None"),
  ])
  func `A value that the command line takes is taken from YAML too`(key: String, value: String) throws {
    let file = try train("valid_metric: mrr@10\n\(key): \(value)\n")
    #expect(file.status == 0, "\(file.errors)")
    let text = value.hasPrefix("\"") || value.hasPrefix("'1'") ? String(value.dropFirst().dropLast()) : value
    let line = try train("valid_metric: mrr@10\n", ["--\(key)=\(text)"])
    #expect(line.status == 0 && line.output == file.output, "\(line.errors)")
  }

  @Test func `An open interval stays open, whichever source it comes from`() throws {
    let program = try Program()
    // Three users of five rows each, and one of four.
    let few = (0..<4).map { "u9\ti\($0)\t\(50 + $0)\n" }.joined()
    try program.write(Self.header + Self.rows + few, to: "datasets/own/own.inter")
    try program.write("user_inter_num_interval: \"(4,6)\"\n", to: "y.yaml")
    try program.write("user_inter_num_interval choice ['(4,6)']\n", to: "hyper.test")
    let settings = ["--dataset=own", "--epochs=1", "--hidden_size=8"]
    let file = try program.run(["train", "--config_files=y.yaml"] + settings)
    let line = try program.run(["train", "--user_inter_num_interval=(4,6)"] + settings)
    #expect(file.status == 0 && file.output == line.output, "\(file.errors)\(line.errors)")
    let study = try program.run(["--params_file=hyper.test", "--workers=1"] + settings)
    #expect(study.errors.contains("dataset   own: 3 users"), "\(study.errors)")
    for ending in [file, line] { #expect(ending.errors.contains(" on own: 6 samples"), "\(ending.errors)") }
  }

  @Test func `An interval as a list filters in parameter files as well`() throws {
    let program = try Program()
    try program.write(Self.header + Self.rows + "u9\ti0\t50\nu9\ti1\t51\n", to: "datasets/own/own.inter")
    try program.write("user_inter_num_interval choice [[3, 100], '[3,100]', '[0,inf)']\n", to: "hyper.test")
    let ending = try program.run(
      ["--params_file=hyper.test", "--dataset=own", "--epochs=1", "--hidden_size=8", "--workers=1"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("dataset   own: 3 users"), "\(ending.errors)")
  }

  @Test(arguments: [
    ("seed: 1\nseed: 1\n", nil), ("\"seed\": 1\nn_layers: 1\nseed : 1\nseed: 1\n", nil),
    ("eval_args:\n  mode: full\n  order: TO\n  mode: full\nepochs: 1\nepochs: 1\n", nil),
    ("seed: 1\nseed: 2\n", "y.yaml:2: found the key 'seed' again, with 2 here and 1 on line 1"),
    (
      "n_layers: 1\neval_args:\n  mode: full\n  mode: uni100\nseed: 3\n",
      "y.yaml:4: found the key 'mode' again, with uni100 here and full on line 3"
    ),
    ("seed: [1,\n  2]\nn_layers: 1\nseed: [1, 3]\n", "y.yaml:4: found the key 'seed' again, with [1,3] here"),
    ("{seed: 1, seed: 2}\n", "y.yaml:1: found the key 'seed' again"),
    ("seed: 1\r\nn_layers: 1\r\nseed: 1\r\n", nil),
    ("n_layers: 1\r\nseed: 1\r\nseed: 2\r\n", "y.yaml:3: found the key 'seed' again, with 2 here and 1 on line 2"),
  ])
  func `A key may stand twice in YAML with one value, not with two`(yaml: String, message: String?) throws {
    let ending = try train(yaml)
    #expect(ending.status == (message == nil ? 0 : 2), "\(ending.errors)")
    #expect(ending.errors.contains(message ?? "Best epoch 1"), "\(ending.errors)")
    #expect(!ending.errors.contains("\u{F8FF}"))
  }

  @Test(arguments: [
    (
      "embedding_size choice [64,96]",
      ["'embedding_size'", "embedding_size has no effect on BERT4Rec: hidden_size sets the width"]
    ),
    ("mlp_hidden_size choice ['[64,64]']", ["unknown parameter 'mlp_hidden_size'; expected 'inner_size'"]),
    ("batch_size choice [64]", ["unknown parameter 'batch_size'; expected 'train_batch_size'"]),
    ("dropout_prob choice [0.1]", ["unknown parameter 'dropout_prob'; expected 'hidden_dropout_prob'"]),
    ("num_attention_heads choice [2]", ["expected 'n_heads'"]),
    ("reg_weight choice [0.1]", ["reg_weight has no effect on BERT4Rec: the loss has no such term"]),
    ("tau choice [0.1]", ["tau has no effect on BERT4Rec: only other models of RecBole use it"]),
    ("transform choice ['mask_itemseq']", ["'transform', which can only have one value", "masked histories"]),
    ("learning_rte choice [0.1]", ["'learning_rate', the nearest key"]),
    (
      "embeding_size choice [64]",
      ["'embedding_size', the nearest key, which has no effect here: hidden_size sets the width"]
    ),
    ("d_state choice [16]", ["unknown parameter 'd_state'; expected a configuration key"]),
  ])
  func `A parameter that no key can be is answered as on the command line`(line: String, parts: [String]) throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n\(line)\n", to: "hyper.test")
    let ending = try program.run(["--params_file=hyper.test"])
    #expect(ending.status == 2 && ending.errors.hasPrefix("error: hyper.test:2:1: found "), "\(ending.errors)")
    for part in parts { #expect(ending.errors.contains(part), "\(ending.errors)") }
  }

  @Test(arguments: [
    ("--wandb_entity=me", "the unknown key 'wandb_entity'"), ("--d_state=16", "the unknown key 'd_state'"),
    ("--eval_args={'max_len':3}", "sub-key 'max_len', which does not exist"),
  ])
  func `The command line stays strict`(argument: String, message: String) throws {
    let ending = try train("", [argument])
    #expect(ending.status == 2, "\(ending.errors)")
    #expect(ending.errors.contains(message), "\(ending.errors)")
    #expect(!ending.errors.contains("such as"), "\(ending.errors)")
  }

  @Test func `A metric that is not measured is an error only where something needs it`() throws {
    let fine = try train("metrics: [Recall, MRR, RMSE, AUC]\n")
    #expect(fine.status == 0 && fine.errors.contains("y.yaml:1: the metric AUC has no effect here"), "\(fine.errors)")
    #expect(
      try train("metrics: [MRR]\nvalid_metric: AUC\n").errors.contains("valid_metric 'AUC', which is not measured"))
    let none = try train("metrics: [AUC, LogLoss]\n")
    #expect(none.status == 2 && none.errors.contains("only metrics that are not measured here: 'AUC', 'LogLoss'"))
    let misspelled = try train("metrics: [MRR, ndgc]\n")
    #expect(misspelled.status == 2 && misspelled.errors.contains("perhaps ndcg"), "\(misspelled.errors)")
  }

  @Test func `UTF-8 is accepted as an encoding, and for another one the way to it is named`() throws {
    for name in ["utf-8", "UTF8", "utf_8_sig", "~"] { #expect(try train("encoding: \(name)\n").status == 0) }
    let other = try train("encoding: latin-1\n")
    #expect(other.status == 2, "\(other.errors)")
    #expect(
      other.errors.contains(
        "y.yaml:1: found encoding 'latin-1'; expected only UTF-8: convert with iconv -f latin1 -t utf-8 FILE > NEWFILE"),
      "\(other.errors)")
    #expect(try train("", ["--encoding=gbk"]).errors.contains("iconv -f gbk"))
  }

  @Test func `Files and columns of features that are not there are noted`() throws {
    let columns = "'inter':['user_id','item_id','timestamp']"
    let missing = try train("", ["--load_col={\(columns),'user':['user_id']}"])
    #expect(missing.status == 0, "\(missing.errors)")
    #expect(missing.errors.contains("own.user: load_col names this file, which does not exist"), "\(missing.errors)")
    let item = ["item": "item_id:token\tprice:float\n" + (0..<5).map { "i\($0)\t1\n" }.joined()]
    let column = try train("", ["--load_col={\(columns),'item':['item_id','sales_rank']}"], files: item)
    #expect(column.status == 0, "\(column.errors)")
    #expect(
      column.errors.contains("own.item: load_col names the column 'sales_rank', which does not exist"),
      "\(column.errors)")
    let misspelled = try train("load_col: {inter: [user_id, item_id], itm: [item_id]}\n")
    #expect(misspelled.status == 2 && misspelled.errors.contains("the unknown file 'itm'; expected item"))
  }

  @Test(arguments: [
    (",", "commas: --field_separator=,"), (" ", "spaces: --field_separator=' '"),
    (";", "semicolons: --field_separator=';'"), ("::", "'::': --field_separator=::"),
  ])
  func `A wrong separator is answered with the one that the header has`(separator: String, hint: String) throws {
    let text = (Self.header + Self.rows).replacing("\t", with: separator)
    let ending = try train(files: ["inter": text], dataset: "other")
    #expect(ending.status == 2, "\(ending.errors)")
    #expect(
      ending.errors.contains(
        "columns separated by a tab (key field_separator); the header seems to be separated by \(hint)"))
    #expect(try train("", ["--field_separator=\(separator)"], files: ["inter": text], dataset: "other").status == 0)
    let tabs = try train("", ["--field_separator=\(separator == ":" ? "," : separator)"])
    #expect(tabs.errors.contains("the header seems to be separated by tabs: --field_separator='\\t'"), "\(tabs.errors)")
  }

  @Test func `Without times, the answer says why they are needed and how to number rows`() throws {
    let rating = "user_id:token\titem_id:token\trating:float\n" + Self.rows
    let ending = try train(files: ["inter": rating], dataset: "other")
    #expect(ending.status == 2, "\(ending.errors)")
    #expect(
      ending.errors.contains(
        "found no column 'timestamp' among user_id, item_id, rating; expected the column that TIME_FIELD names: "
          + "a user's items are ordered by time; if the rows are in order already, number them, with "
          + #"awk '{print $0 "\t" (NR == 1 ? "timestamp:float" : NR)}' other.inter > NEWFILE"#), "\(ending.errors)")
    let none = try train("", ["--TIME_FIELD=None"])
    #expect(none.status == 2)
    #expect(
      none.errors.contains(
        "--TIME_FIELD: found 'None'; expected the name of a column: a user's items are ordered by time"),
      "\(none.errors)")
  }

  @Test func `Intervals without quotes are answered with quotes, each on its line`() throws {
    let yaml = """
      n_layers: 1
      user_inter_num_interval: [5,inf)
      item_inter_num_interval: "[0,inf)"
      val_interval: {timestamp: [3,5);[7,9]}
      """
    let ending = try train(yaml)
    #expect(ending.status == 2)
    #expect(
      ending.errors == """
        error: y.yaml:2: found the interval [5,inf); expected "[5,inf)": put intervals in quotes
        y.yaml:4: found the interval [3,5);[7,9]; expected "[3,5);[7,9]": put intervals in quotes

        """, "\(ending.errors)")
  }

  @Test func `A sampled mode is answered with the option that starts the file`() throws {
    let yaml = "eval_args: {'split': {'LS': 'valid_only'}, 'order': 'TO', 'mode': 'uni100'}\n"
    let ending = try train(yaml)
    #expect(ending.status == 2)
    let option = "--eval_args=\"{'mode':'full','split':{'LS':'valid_only'}}\""
    #expect(ending.errors.contains("y.yaml:1: found eval_args mode uni100; expected full"), "\(ending.errors)")
    #expect(ending.errors.contains("the option \(option) sets it"), "\(ending.errors)")
    #expect(try train(yaml, ["--eval_args={'mode':'full','split':{'LS':'valid_only'}}"]).status == 0)
    let plain = try train("eval_args: {mode: {valid: pop100, test: full}}\n")
    #expect(plain.errors.contains("the option --eval_args=\"{'mode':'full'}\" sets it"), "\(plain.errors)")
  }
}

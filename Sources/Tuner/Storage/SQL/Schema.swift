/// The tables of a study database, and the migrations from older schemas.
enum Schema {
  /// `RnHy`: identifies databases of this program.
  static let applicationID: Int32 = 0x526E_4879

  /// One migration per released schema; a released migration never changes.
  static let migrations: [String] = [version1, version2, version3]

  static var version: Int32 { Int32(migrations.count) }

  /// The current time in the format of the tables.
  static let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

  private static let version1 = """
    CREATE TABLE study (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE CHECK (name <> ''),
      model TEXT NOT NULL,
      dataset TEXT NOT NULL,
      dataset_hash TEXT NOT NULL,
      search_space TEXT NOT NULL,
      fixed_configuration TEXT NOT NULL CHECK (json_valid(fixed_configuration)),
      fixed_configuration_hash TEXT NOT NULL,
      invocation TEXT NOT NULL,
      numeric_version INTEGER NOT NULL,
      sampler TEXT NOT NULL,
      scheduler TEXT NOT NULL DEFAULT 'none',
      seed INTEGER NOT NULL,
      metric TEXT NOT NULL,
      direction TEXT NOT NULL CHECK (direction IN ('maximize', 'minimize')),
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE trial (
      id INTEGER PRIMARY KEY,
      study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
      fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
      configuration TEXT NOT NULL CHECK (json_valid(configuration)),
      active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
      state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'running', 'completed', 'pruned', 'diverged', 'failed')),
      failure_kind TEXT,
      failure_message TEXT,
      owner TEXT,
      heartbeat_at TEXT,
      attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
      started_at TEXT,
      finished_at TEXT,
      training_seconds REAL NOT NULL DEFAULT 0 CHECK (training_seconds >= 0),
      best_epoch INTEGER,
      best_value REAL,
      UNIQUE (study_id, ordinal),
      UNIQUE (study_id, fingerprint),
      CHECK ((state = 'running') = (owner IS NOT NULL)),
      CHECK ((state IN ('failed', 'diverged')) = (failure_message IS NOT NULL)),
      CHECK ((state IN ('pending', 'running')) = (finished_at IS NULL))
    ) STRICT;
    CREATE INDEX trial_claim ON trial (study_id, state, ordinal);
    CREATE INDEX trial_rank ON trial (study_id, best_value);

    CREATE TABLE trial_parameter (
      trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
      position INTEGER NOT NULL CHECK (position >= 1),
      name TEXT NOT NULL,
      value ANY,
      literal TEXT NOT NULL,
      PRIMARY KEY (trial_id, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE attempt (
      trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
      attempt INTEGER NOT NULL CHECK (attempt >= 1),
      owner TEXT NOT NULL,
      started_at TEXT NOT NULL,
      ended_at TEXT,
      ending TEXT CHECK (ending IN ('completed', 'pruned', 'diverged', 'failed', 'interrupted', 'lost')),
      seconds REAL NOT NULL DEFAULT 0 CHECK (seconds >= 0),
      from_epoch INTEGER NOT NULL DEFAULT 0 CHECK (from_epoch >= 0),
      from_checkpoint TEXT,
      note TEXT,
      PRIMARY KEY (trial_id, attempt),
      CHECK ((ended_at IS NULL) = (ending IS NULL))
    ) STRICT, WITHOUT ROWID;

    -- SQLite keeps a value that is not a number as NULL.
    CREATE TABLE observation (
      trial_id INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      epoch INTEGER NOT NULL CHECK (epoch >= 0),
      metric TEXT NOT NULL,
      value REAL,
      PRIMARY KEY (trial_id, epoch, metric, attempt),
      FOREIGN KEY (trial_id, attempt) REFERENCES attempt (trial_id, attempt) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE result (
      trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
      split TEXT NOT NULL,
      metric TEXT NOT NULL,
      position INTEGER NOT NULL CHECK (position >= 1),
      value REAL,
      PRIMARY KEY (trial_id, split, metric)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE user_rank (
      trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
      split TEXT NOT NULL,
      ranks BLOB NOT NULL CHECK (length(ranks) % 2 = 0),
      PRIMARY KEY (trial_id, split)
    ) STRICT;

    CREATE TABLE checkpoint (
      id INTEGER PRIMARY KEY,
      trial_id INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      epoch INTEGER NOT NULL CHECK (epoch >= 0),
      file TEXT NOT NULL UNIQUE,
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      FOREIGN KEY (trial_id, attempt) REFERENCES attempt (trial_id, attempt) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX checkpoint_trial ON checkpoint (trial_id);

    CREATE TABLE weights (
      trial_id INTEGER PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
      file TEXT NOT NULL UNIQUE,
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64)
    ) STRICT;

    -- Of the epochs that several attempts went through, those that the last one builds on.
    CREATE VIEW learning_curve AS
    SELECT trial_id, epoch, metric, value, attempt FROM observation
    WHERE NOT EXISTS (
      SELECT 1 FROM attempt AS later
      WHERE later.trial_id = observation.trial_id AND later.attempt > observation.attempt
        AND later.from_epoch < observation.epoch);

    -- Best first, the newest study first; a diverged trial ranks after every completed one.
    CREATE VIEW leaderboard AS
    SELECT
      study.name AS study,
      row_number() OVER (
        PARTITION BY study.id
        ORDER BY trial.state = 'diverged', trial.best_value IS NULL,
          CASE study.direction WHEN 'maximize' THEN -trial.best_value ELSE trial.best_value END, trial.ordinal
      ) AS rank,
      trial.ordinal AS trial,
      trial.state AS state,
      CASE WHEN trial.state <> 'diverged' THEN trial.best_value END AS value,
      trial.configuration AS parameters,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'ndcg@10') AS test_ndcg_10,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'mrr@10') AS test_mrr_10,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'hit@10') AS test_hit_10,
      (SELECT json_group_object(metric, value)
        FROM (SELECT metric, value FROM result WHERE trial_id = trial.id AND split = 'test' ORDER BY position)) AS test
    FROM trial JOIN study ON study.id = trial.study_id
    WHERE trial.active = 1 AND trial.state IN ('completed', 'pruned', 'diverged')
    ORDER BY study.id DESC, rank;
    """

  /// Each study has its own folder for weights, so file names are unique only within a study.
  private static let version2 = """
    CREATE TABLE weights_of_any_study (
      trial_id INTEGER PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
      file TEXT NOT NULL,
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64)
    ) STRICT;
    INSERT INTO weights_of_any_study SELECT trial_id, file, bytes, sha256 FROM weights;
    DROP TABLE weights;
    ALTER TABLE weights_of_any_study RENAME TO weights;
    """

  /// Adds pruning, budgets, additional seeds, and the cost of trials.
  private static let version3 = """
    -- So many trials are drawn or proposed in all; NULL for a grid.
    ALTER TABLE study ADD COLUMN trial_limit INTEGER CHECK (trial_limit >= 1);
    -- Trials in a row without improvement that end the study; NULL for no such end.
    ALTER TABLE study ADD COLUMN early_stop INTEGER CHECK (early_stop >= 1);
    -- So many further seeds for the trials that can not be told from the best.
    ALTER TABLE study ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0 CHECK (repeats >= 0);

    -- The order in which trials are started.
    ALTER TABLE trial ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    UPDATE trial SET turn = ordinal;
    -- The same configuration with another seed than the study's: the trial it repeats, and the number of the repeat.
    ALTER TABLE trial ADD COLUMN repeat_of INTEGER REFERENCES trial (id) ON DELETE CASCADE;
    ALTER TABLE trial ADD COLUMN repeat INTEGER NOT NULL DEFAULT 0 CHECK ((repeat > 0) = (repeat_of IS NOT NULL));
    -- Floating-point operations of an epoch, and the most epochs that the trial can have.
    ALTER TABLE trial ADD COLUMN epoch_cost REAL CHECK (epoch_cost >= 0);
    ALTER TABLE trial ADD COLUMN epoch_limit INTEGER CHECK (epoch_limit >= 0);
    CREATE INDEX trial_repeat ON trial (repeat_of) WHERE repeat_of IS NOT NULL;
    DROP INDEX trial_claim;
    CREATE INDEX trial_claim ON trial (study_id, state, active, turn, ordinal);

    -- The record of pruning, in the order in which things happened; nothing in it changes.
    CREATE TABLE decision (
      id INTEGER PRIMARY KEY,
      trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
      study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
      scheduler TEXT NOT NULL,
      bracket INTEGER NOT NULL CHECK (bracket >= 0),
      epoch INTEGER NOT NULL CHECK (epoch >= 0),
      value REAL,
      action TEXT NOT NULL
        CHECK (action IN ('stop', 'proceed', 'passed', 'promote', 'finish', 'resume', 'withdraw', 'restore')),
      decided_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX decision_record ON decision (study_id, scheduler, id);
    CREATE INDEX decision_trial ON decision (trial_id, id);
    CREATE UNIQUE INDEX decision_arrival ON decision (trial_id, scheduler, epoch)
      WHERE action IN ('stop', 'proceed', 'passed');

    -- Completed trials first, then pruned, then diverged ones, each best first; the newest study first.
    DROP VIEW leaderboard;
    CREATE VIEW leaderboard AS
    SELECT
      study.name AS study,
      row_number() OVER (
        PARTITION BY study.id
        ORDER BY CASE trial.state WHEN 'completed' THEN 1 WHEN 'pruned' THEN 2 ELSE 3 END, trial.best_value IS NULL,
          CASE study.direction WHEN 'maximize' THEN -trial.best_value ELSE trial.best_value END, trial.ordinal
      ) AS rank,
      trial.ordinal AS trial,
      trial.state AS state,
      CASE WHEN trial.state <> 'diverged' THEN trial.best_value END AS value,
      trial.configuration AS parameters,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'ndcg@10') AS test_ndcg_10,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'mrr@10') AS test_mrr_10,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'hit@10') AS test_hit_10,
      (SELECT json_group_object(metric, value)
        FROM (SELECT metric, value FROM result WHERE trial_id = trial.id AND split = 'test' ORDER BY position)) AS test,
      (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) AS epochs,
      trial.epoch_cost * (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) / 1e12 AS cost_tflop,
      trial.training_seconds AS seconds
    FROM trial JOIN study ON study.id = trial.study_id
    WHERE trial.active = 1 AND trial.repeat = 0 AND trial.state IN ('completed', 'pruned', 'diverged')
    ORDER BY study.id DESC, rank;
    """
}

extension Schema {
  /// The first released schema.
  static let version1 = """
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
}

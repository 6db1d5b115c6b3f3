//! The executable: joins questionnaires, server and app, and reads the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app::commands::{self, Stop, instruments};
use clap::{Parser, Subcommand};
use server::services::demo::Plan;
use server::services::rosters::Decisions;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the end of a command waits for work that nobody waits for any more.
const LEFT_BEHIND: Duration = Duration::from_secs(2);

/// Screening for children's mental health at school: from the answer to the help.
#[derive(Parser)]
#[command(name = "firstlight", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages (the default).
    Serve,
    /// Fill an empty database with a fictitious district and print its sign-ins.
    Demo {
        /// Decides every name, code and answer.
        #[arg(long, default_value_t = Plan::default().seed)]
        seed: u64,
        /// How many schools.
        #[arg(long, default_value_t = Plan::default().schools)]
        schools: usize,
        /// How many students.
        #[arg(long, default_value_t = Plan::default().students)]
        students: usize,
        /// How many windows; the last one is open.
        #[arg(long, default_value_t = Plan::default().windows)]
        windows: usize,
        /// Also write the sign-ins to this file as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
    },
    /// The present one-time code of a secret, for trying out a demo without an authenticator app.
    DemoCode {
        /// The secret as the demo printed it.
        secret: String,
    },
    /// Score JSON lines from standard input.
    Score,
    /// Print what the routes that speak JSON take and give, as OpenAPI 3.1.
    Openapi,
    /// Compute change and trend statistics for JSON lines from standard input.
    Trend,
    /// The instruments.
    #[command(subcommand)]
    Instruments(Instruments),
    /// Bring the database up to this program's schema.
    Migrate,
    /// The settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Accounts of staff.
    #[command(subcommand)]
    User(UserCommand),
    /// Make a sealed backup of the embedded database, while the server goes on.
    Backup {
        /// Where to; never over a file that is there.
        file: std::path::PathBuf,
    },
    /// Put a backup in place of a database that is not there yet, and check it.
    Restore {
        /// The backup.
        file: std::path::PathBuf,
        /// The file with the age identity that opens it.
        #[arg(long)]
        identity: std::path::PathBuf,
    },
    /// Make a pair of keys for backups: the identity is printed once, for a safe place.
    BackupKey,
    /// The data keys of sealed values.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Lists of students as other programs write them.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Releases for the district.
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// Children that were erased.
    #[command(subcommand)]
    Erasure(ErasureCommand),
    /// The referral rules.
    #[command(subcommand)]
    Rules(RulesCommand),
}

#[derive(Subcommand)]
enum Instruments {
    /// List every instrument.
    List,
    /// Show one instrument.
    Show {
        /// Its id, for example phq9_teen.
        id: String,
    },
    /// Check a definition, ours as TOML or a FHIR R4 Questionnaire, without keeping it.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Bring a definition into use that you hold a licence for. Needs a licence statement.
    Import {
        /// Our TOML or a FHIR R4 Questionnaire.
        file: PathBuf,
        /// Who allowed whom to use this text, and under which reference.
        #[arg(long, default_value = "")]
        licence: String,
        /// Who records the statement and answers for it.
        #[arg(long, default_value = "")]
        recorded_by: String,
        /// Only show what was understood.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print an instrument: as our TOML, to change and import as a further version, or in a format of others.
    Export {
        /// Its id.
        id: String,
        /// As a FHIR R4 Questionnaire.
        #[arg(long)]
        fhir: bool,
        /// The language of a Questionnaire's wording; without it the instrument's first.
        #[arg(long, requires = "fhir")]
        language: Option<String>,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Check the settings and print every fault at once.
    Check,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add an account; prints its password and one-time secret once.
    Add {
        /// The person's name.
        #[arg(long)]
        name: String,
        /// The e-mail address to sign in with.
        #[arg(long)]
        email: String,
        /// counselor, proctor, teacher, school_lead, district_officer, analyst, administrator or auditor.
        #[arg(long)]
        role: String,
        /// The school's name; without it the role holds in the whole district.
        #[arg(long)]
        school: Option<String>,
        /// Read the password from the environment variable FIRSTLIGHT_PASSWORD instead of making one.
        #[arg(long)]
        password_from_env: bool,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Give each district a new data key and seal every value under it, while the server goes on.
    Rotate,
    /// Remove the data keys that were replaced more than a minute ago and that no value needs.
    ForgetOld,
    /// Change the master key, while the server goes on. A change that broke off is finished.
    Change {
        /// Only put the new key into the file, behind the present one, to copy the file to other nodes first.
        #[arg(long)]
        prepare: bool,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Find every edit, deletion, reorder and cut of the trail; exit code 4 when there is one.
    Verify,
    /// Who has seen or changed a child's record, as CSV.
    Disclosures {
        /// The child's id.
        #[arg(long)]
        child: uuid::Uuid,
    },
}

#[derive(Subcommand)]
enum RosterCommand {
    /// Read a roster without a database and name every row that could not be taken over, and why.
    Check {
        /// CSV, Excel (.xlsx) or a OneRoster ZIP.
        file: PathBuf,
        /// Also write every fault to this CSV file.
        #[arg(long)]
        faults: Option<PathBuf>,
        /// What a column is, in place of the guess, such as "Geburtstag=birth_date"; can be given more than once. Fields:
        /// number, given_name, family_name, full_name, birth_date, sex, school, grade, class, none.
        #[arg(long, value_name = "HEADING=FIELD")]
        column: Vec<String>,
    },
    /// Take a roster over: everything in one go, or nothing.
    Import {
        /// CSV, Excel (.xlsx) or a OneRoster ZIP.
        file: PathBuf,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
        /// Take over the good rows though others are rejected.
        #[arg(long)]
        skip_rejected: bool,
        /// Mark children of the file's schools who are not in it as having left; nobody is ever deleted.
        #[arg(long)]
        mark_leavers: bool,
        /// Do so even when more than one in twenty would leave.
        #[arg(long)]
        confirm_leavers: bool,
        /// The time zone of schools that are made, for example Europe/Madrid.
        #[arg(long)]
        time_zone: Option<String>,
        /// The language in which new children are greeted.
        #[arg(long)]
        language: Option<String>,
        /// Also write every fault to this CSV file.
        #[arg(long)]
        faults: Option<PathBuf>,
        /// What a column is, in place of the guess, such as "Geburtstag=birth_date"; can be given more than once. Fields:
        /// number, given_name, family_name, full_name, birth_date, sex, school, grade, class, none.
        #[arg(long, value_name = "HEADING=FIELD")]
        column: Vec<String>,
    },
}

#[derive(Subcommand)]
enum ErasureCommand {
    /// Look through every table for a child that was erased, and say which backups may still hold it; exit code 4 when
    /// something is left.
    Verify {
        /// The district's own number of the child, or its id.
        child: String,
    },
}

#[derive(Subcommand)]
enum ReleaseCommand {
    /// Build the release of a window, once; without an id, of every closed window that has none.
    Build {
        /// The window's id.
        #[arg(long)]
        window: Option<uuid::Uuid>,
    },
    /// Ask again whether every hidden cell of a release stays open; exit code 4 and the cell's name when one does not.
    Audit {
        /// The release's id; without it, every release.
        release: Option<uuid::Uuid>,
    },
    /// Write every file of a release into a folder.
    Export {
        /// The release's id; without it, the newest.
        release: Option<uuid::Uuid>,
        /// The folder; it is made if it is not there.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
}

#[derive(Subcommand)]
enum RulesCommand {
    /// Count what other settings would have given on past answers, beside those in force. Nothing is changed.
    Try {
        /// A window's name or id; without it, all windows.
        #[arg(long)]
        window: Option<String>,
        /// A rule and its setting, such as above_cutoff=high or two_raised_windows=off; may be given several times.
        #[arg(long, value_name = "RULE=SETTING")]
        set: Vec<String>,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("FIRSTLIGHT_LOG")
                .unwrap_or_else(|_| "info,sqlx=warn".into()),
        )
        .init();
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve) {
        Command::Score => {
            instruments::add_imported_if_any().and_then(|()| commands::score::run(commands::score::score))
        }
        Command::Openapi => {
            println!("{}", app::openapi::document());
            Ok(())
        }
        Command::Trend => commands::score::run(commands::score::trend),
        Command::Instruments(what) => with_instruments(what),
        Command::BackupKey => commands::backup::key(),
        Command::Roster(RosterCommand::Check { file, faults, column }) => {
            commands::roster::check(&file, faults.as_deref(), &column)
        }
        Command::Config(ConfigCommand::Check) => commands::upkeep::config_check(),
        other => with_runtime(other),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop { line, code }) => {
            eprintln!("firstlight: {line}");
            ExitCode::from(code)
        }
    }
}

fn with_instruments(what: Instruments) -> Result<(), Stop> {
    match what {
        Instruments::Check { file } => instruments::check(&file),
        Instruments::Import { file, licence, recorded_by, dry_run } => {
            instruments::import(&file, &licence, &recorded_by, dry_run)
        }
        other => {
            instruments::add_imported_if_any()?;
            match other {
                Instruments::Show { id } => instruments::show(&id),
                Instruments::Export { id, fhir: true, language } => {
                    instruments::export_fhir(&id, language.as_deref())
                }
                Instruments::Export { id, .. } => instruments::export_toml(&id),
                _ => {
                    instruments::list();
                    Ok(())
                }
            }
        }
    }
}

fn with_runtime(command: Command) -> Result<(), Stop> {
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(async {
        match command {
            Command::Demo { seed, schools, students, windows, json } => {
                commands::demo::run(Plan { seed, schools, students, windows }, json.as_deref()).await
            }
            Command::DemoCode { secret } => commands::demo::code(&secret),
            Command::Migrate => commands::upkeep::migrate().await,
            Command::User(UserCommand::Add { name, email, role, school, password_from_env }) => {
                let password = password_from_env.then(|| std::env::var("FIRSTLIGHT_PASSWORD").ok()).flatten();
                commands::upkeep::user_add(name, email, &role, school, password).await
            }
            Command::Backup { file } => commands::backup::make(&file).await,
            Command::Restore { file, identity } => commands::backup::restore(&file, &identity).await,
            Command::Keys(KeysCommand::Rotate) => commands::upkeep::rotate_keys().await,
            Command::Keys(KeysCommand::ForgetOld) => commands::upkeep::forget_old_keys().await,
            Command::Keys(KeysCommand::Change { prepare }) => {
                commands::upkeep::change_master_key(prepare).await
            }
            Command::Audit(AuditCommand::Verify) => commands::audit::verify().await,
            Command::Audit(AuditCommand::Disclosures { child }) => {
                commands::audit::child(server::model::ChildId(child)).await
            }
            Command::Erasure(ErasureCommand::Verify { child }) => commands::erasure::verify(&child).await,
            Command::Roster(RosterCommand::Import {
                file,
                dry_run,
                skip_rejected,
                mark_leavers,
                confirm_leavers,
                time_zone,
                language,
                faults,
                column,
            }) => {
                let decisions =
                    Decisions { skip_rejected, mark_leavers, confirm_leavers, time_zone, language };
                commands::roster::import(&file, faults.as_deref(), &column, dry_run, decisions).await
            }
            Command::Release(ReleaseCommand::Build { window }) => {
                commands::release::build(window.map(server::model::WindowId)).await
            }
            Command::Release(ReleaseCommand::Audit { release }) => {
                commands::release::audit(release.map(server::model::ReleaseId)).await
            }
            Command::Release(ReleaseCommand::Export { release, to }) => {
                commands::release::export(release.map(server::model::ReleaseId), &to).await
            }
            Command::Rules(RulesCommand::Try { window, set }) => {
                commands::rules::try_out(window.as_deref(), &set).await
            }
            _ => commands::serve::run().await,
        }
    });
    // A job may read for long; what it reads is nobody's any more.
    runtime.shutdown_timeout(LEFT_BEHIND);
    done
}

import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.25.7')
    assert it.rows() == it.rowsBefore()
    assert it.config() == it.configBefore()
    def log = it.log()
    assert log.contains('Restored its database into')
    assert log.contains('Restored backup')
    // the database that was in the way is kept until it is pruned, and named until then
    assert log.contains(it.database().name() + '_discarded')
    def backups = []
    new File(basedir, 'backups').eachFileRecurse { file ->
        if (file.name == 'manifest.json') {
            backups << file
        }
    }
    assert backups.size() == 1
    assert !backups[0].getText('UTF-8').contains(it.database().password())
} finally {
    it.end()
}
return true

import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.37.10')
    assert it.rows() == it.rowsBefore()
    assert it.text('certificates/site.pem').contains("administrator's")
    assert it.text('client/branding/logo.txt').contains("administrator's")
    assert it.config().contains('\\u003cSöhne\\u003e')
    def log = it.log()
    assert log.contains('downtime')
    assert log.contains('A maintenance page answers on ')
    assert !log.contains(it.database().password())
    new File(basedir, 'state').eachFileRecurse { file ->
        if (file.isFile()) {
            assert !file.getText('UTF-8').contains(it.database().password()) : file
        }
    }
} finally {
    it.end()
}
return true

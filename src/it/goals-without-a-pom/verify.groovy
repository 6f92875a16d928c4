import groovy.io.FileType
import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert !new File(basedir, 'pom.xml').exists()
    def literal = []
    basedir.eachFileRecurse(FileType.ANY) { file -> if (file.name.contains('${')) literal << file }
    assert literal == []
    assert new File(basedir, 'target/rehearsal.json').isFile()
    assert new File(basedir, 'state').list().length == 1
    assert new File(basedir, 'backups').list().length == 1
    def expected = ['build.log', 'changelogs', 'invoker.properties', 'opt', 'backups', 'state', 'target', 'test.properties',
                    'prebuild.groovy', 'verify.groovy']
    assert basedir.list().toList().findAll { name -> !expected.contains(name) && !name.startsWith('interpolated-') } == []
    assert it.log().contains('would be removed') || it.log().contains('Removed') || it.log().contains('kept')
    assert it.answeredVersion().contains('5.37.10')
} finally {
    it.end()
}
return true

<?php
// sabre/dav as its documentation sets it up: files in a folder, calendars and address books in SQLite. BENCH_FOLDER: where
// all of it is; BENCH_PASSWORD: of the user "bench".
error_reporting(E_ALL & ~E_DEPRECATED);
date_default_timezone_set('UTC');
require_once 'Sabre/autoload.php';

class OneUser extends Sabre\DAV\Auth\Backend\AbstractBasic
{
    protected function validateUserPass($user, $password)
    {
        return $user === 'bench' && hash_equals($_SERVER['BENCH_PASSWORD'], $password);
    }
}

$folder = $_SERVER['BENCH_FOLDER'];
$database = new PDO("sqlite:$folder/db.sqlite");
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$principals = new Sabre\DAVACL\PrincipalBackend\PDO($database);
$server = new Sabre\DAV\Server([
    new Sabre\CalDAV\Principal\Collection($principals),
    new Sabre\CalDAV\CalendarRootNode($principals, new Sabre\CalDAV\Backend\PDO($database)),
    new Sabre\CardDAV\AddressBookRoot($principals, new Sabre\CardDAV\Backend\PDO($database)),
    new Sabre\DAV\FS\Directory("$folder/files"),
]);
$server->setBaseUri('/');
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new OneUser(), 'bench'));
$server->addPlugin(new Sabre\CalDAV\Plugin());
$server->addPlugin(new Sabre\CardDAV\Plugin());
$server->addPlugin(new Sabre\DAVACL\Plugin());
$server->exec();

// Makes another domain of one: with a name, images and network cards of its own.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	domain.Name = "copy"
	domain.UUID = ""
	for _, disk := range domain.Devices.Disks {
		if disk.Source != nil && disk.Source.File != nil {
			disk.Source.File.File = strings.Replace(disk.Source.File.File, "server", "copy", -1)
		} else if disk.Source != nil && disk.Source.Block != nil {
			disk.Source.Block.Dev = strings.Replace(disk.Source.Block.Dev, "server", "copy", -1)
		}
	}
	for at := range domain.Devices.Interfaces {
		domain.Devices.Interfaces[at].MAC = nil
	}
	xml, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(xml)
}
